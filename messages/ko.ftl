# jangbu가 하는 말, 한국어. 모든 문장은 en.ftl에도 같은 자리표시자로 있다.

count-days = { $n }일
count-orders = 주문 { $n }건

coverage-title = { $mall }, 쇼핑몰번호 { $shop }
coverage-nothing = 알려진 주문이 없습니다
coverage-undated = { $orders }은 주문일을 알 수 없어 어느 달에도 들지 않습니다
coverage-orders = 주문
coverage-missing = 빠진 날
coverage-empty-months = { $from } – { $to }: 주문이 하나도 없는 달 { $n }개
coverage-legend-letters = F 파일, A API, B 둘 다. 소문자: 그 뒤 값이 달라졌을 수 있음
coverage-legend-marks = . 조용한 날, ! 빠진 날, ? 주문이 더 있을 수 있음, q 격리됨
coverage-empty = 주문이 없는 날
coverage-quiet-many = 조용한 날 { $days }({ $stretches }번, 모두 보려면 --json). 가장 긴 것:
coverage-covered = 확인됨
coverage-partial = 불완전
coverage-quiet = 조용한 날
coverage-gap = 빠짐
coverage-waiting = 격리됨
coverage-rule-claimed = { $file }의 기간 안이고, 평소 주문량으로 보아 있을 수 있는 일입니다
coverage-rule-claimed-twice = 서로 다른 날에 받은 두 자료가 일치합니다(평소라면 약 { $expected }건)
coverage-rule-edge = 파일의 끝과 맞닿아 있고, 평소 주문 간격을 넘지 않습니다
coverage-rule-pace = { $file }의 기간 안이지만, 평소라면 주문이 약 { $expected }건 있어야 합니다
coverage-rule-quarantine = 그날의 행이 고쳐지기를 기다립니다: jangbu quarantine
coverage-rule-unclaimed = 전체 주문을 담은 파일 가운데 이 날을 포함하는 것이 없습니다
coverage-rule-day-not-over = 마지막으로 받았을 때 하루가 끝나지 않았습니다
coverage-rule-excerpt-only = 일부 주문만 담은 파일에만 나옵니다
coverage-incomplete = 주문이 더 있을 수 있는 날
coverage-drift = 달라졌을 수 있음: 주문 뒤 { $days }이 지나기 전에 마지막으로 확인
coverage-drift-days = 주문일
coverage-drift-may = 변동 가능
coverage-drift-once = 한 번만 확인
coverage-drift-last = 마지막 확인
coverage-end = { $day } 뒤의 날은 알려진 것이 없습니다
coverage-end-pace = { $day } 뒤의 날은 알려진 것이 없습니다. 평소 주문은 하루 { $pace }건입니다
