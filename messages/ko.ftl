# jangbu가 하는 말, 한국어. 모든 문장은 en.ftl에도 같은 자리표시자로 있다.

count-days = { $n }일
count-orders = 주문 { $n }건
