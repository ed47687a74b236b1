/*
 * A first program with the loyalty library: a till in a tea house.
 *
 * It makes an engine from the rules of the house, shows a customer what a purchase will bring, books it, stores the member,
 * reads it back on another day, takes points for money and goods back. It prints what a cashier would see.
 *
 * Build it from the root of the project:
 *
 *     cargo build --release -p loyalty-ffi
 *     cc -std=c11 -Iinclude -o till examples/c/till.c target/release/libloyalty.a -lgcc_s -lutil -lrt -lpthread -lm -ldl
 *     ./till
 */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loyalty.h"

/*
 * The rules are data: a real till reads them from a file that the head office sends. One yuan gives one point, silver members get
 * half as much again. Points expire at the end of the month a year later. Who spends 500 yuan in a year is silver for a year.
 * A hundred points pay one yuan, at most half of a purchase.
 */
static const char RULES[] =
    "{\"schema\": 1, \"id\": \"tea-house\", \"name\": {\"zh\": \"茶馆会员\", \"en\": \"Tea house\"},"
    " \"currency\": \"CNY\", \"timezone\": \"Asia/Shanghai\","
    " \"accounts\": [{\"id\": \"points\", \"expiry\": {\"after\": {\"months\": 12, \"align\": \"month_end\"}}}],"
    " \"metrics\": [{\"id\": \"spend_year\", \"measure\": \"spend\", \"window\": {\"last\": {\"days\": 365}}}],"
    " \"tiers\": [{\"id\": \"club\", \"hold\": {\"for\": {\"months\": 12}}, \"rungs\": ["
    "{\"id\": \"普通\"}, {\"id\": \"银卡\", \"qualify\": {\"metric\": {\"id\": \"spend_year\", \"at_least\": 500}}}]}],"
    " \"earn\": [{\"id\": \"base\", \"give\": {\"rate\": {\"points\": 1, \"per\": \"1.00\"}}},"
    " {\"id\": \"silver\", \"when\": {\"tier\": {\"at_least\": \"银卡\"}}, \"give\": {\"multiply\": \"1.5\"}}],"
    " \"tender\": [{\"points\": 100, \"value\": \"1.00\", \"max_percent\": 50}]}";

/* An id stays the same when an event is sent again: the second time changes nothing. The time has the offset of the till. */
static const char PURCHASE[] =
    "{\"id\": \"till-3/2026-03-01/17\", \"at\": \"2026-03-01T10:00:00+08:00\", \"purchase\": {\"order\": \"T3-0017\", \"lines\": ["
    "{\"id\": \"a\", \"sku\": \"普洱茶饼\", \"quantity\": 2, \"price\": \"260.00\"},"
    " {\"id\": \"b\", \"sku\": \"紫砂壶\", \"price\": \"180.00\", \"discount\": \"20.00\"}]}}";

/* Three days later the customer wants to pay with a thousand points. At most half may be paid so: 300 points are used. */
static const char PAY_WITH_POINTS[] =
    "{\"id\": \"till-3/2026-03-04/2\", \"at\": \"2026-03-04T15:30:00+08:00\", \"purchase\": {\"order\": \"T3-0021\","
    " \"lines\": [{\"sku\": \"茉莉花茶\", \"price\": \"6.00\"}], \"tender\": [{\"points\": 1000}]}}";

/* And one of the two cakes of tea comes back. What it gave is taken back, the rank of silver too. */
static const char RETURN[] =
    "{\"id\": \"till-3/2026-03-04/3\", \"at\": \"2026-03-04T15:40:00+08:00\","
    " \"return\": {\"order\": \"T3-0017\", \"lines\": [{\"line\": \"a\", \"quantity\": 1}]}}";

/* A text, as the two parameters that the library takes: where it begins and how long it is. */
#define BYTES(text) (const uint8_t *)(text), strlen(text)

/* A till should go on selling when something is wrong. This one is an example: it says what was wrong and ends. */
static void must(loyalty_status status, loyalty_error **error) {
    if (status == LOYALTY_STATUS_OK) {
        return;
    }
    /* The kind says what to do: `refused` is an answer to the customer, `fix_input` a mistake of this program, and so on. */
    fprintf(stderr, "%s (%s): %s: %s\n", loyalty_error_code(*error, NULL), loyalty_error_kind(*error, NULL),
            loyalty_error_path(*error, NULL), loyalty_error_message(*error, NULL));
    loyalty_error_free(*error);
    exit(1);
}

/* What the cashier sees of a member. */
static void show(const char *when, const loyalty_member *member) {
    loyalty_error *error = NULL;
    loyalty_buffer rung;
    int64_t points = 0;
    must(loyalty_member_balance(member, BYTES("points"), &points, &error), &error);
    must(loyalty_member_tier(member, BYTES("club"), &rung, &error), &error);
    printf("%s：积分 %" PRId64 "，等级 %s\n", when, points, rung.length == 0 ? "（无）" : (const char *)rung.data);
    loyalty_buffer_free(&rung);
}

/* Books an event and prints the answer of the engine, which a till takes apart with the JSON reader that it has already. */
static void book(const loyalty_engine *engine, loyalty_member *member, const char *event) {
    loyalty_error *error = NULL;
    loyalty_buffer outcome;
    must(loyalty_apply(engine, member, BYTES(event), 0, &outcome, &error), &error);
    printf("  %s\n", (const char *)outcome.data);
    loyalty_buffer_free(&outcome);
}

int main(void) {
    loyalty_error *error = NULL;
    loyalty_engine *engine = NULL;
    loyalty_member *member = NULL;
    loyalty_buffer buffer;

    /* The library that was found now must have the interface that this program was compiled with. */
    if (loyalty_abi_version() != LOYALTY_ABI_VERSION) {
        fprintf(stderr, "this program needs another version of the loyalty library than %s\n", loyalty_version());
        return 1;
    }

    /* 1. One engine for the whole till. It never changes, and all threads can share it. */
    must(loyalty_engine_new(BYTES(RULES), &engine, &error), &error);

    /* 2. A new card. */
    must(loyalty_member_new(BYTES("会员-88001"), &member, &error), &error);
    show("新会员", member);

    /* 3. Before the customer pays: what would it bring? A quote changes nothing. */
    must(loyalty_quote(engine, member, BYTES(PURCHASE), 0, &buffer, &error), &error);
    loyalty_buffer_free(&buffer);
    show("报价之后", member);

    /* 4. The customer has paid. */
    book(engine, member, PURCHASE);
    show("购买之后", member);

    /* 5. The same event once more, because the line was down and nobody knows whether it arrived: nothing happens twice. */
    book(engine, member, PURCHASE);
    show("重复之后", member);

    /* 6. The member is stored as it comes, in a column of bytes, with its version beside it and when it is due. */
    uint64_t version = 0;
    must(loyalty_member_version(member, &version, &error), &error);
    must(loyalty_next_due(engine, member, &buffer, &error), &error);
    printf("存档：版本 %" PRIu64 "，下次到期 %s\n", version, buffer.length == 0 ? "（无）" : (const char *)buffer.data);
    loyalty_buffer_free(&buffer);
    must(loyalty_member_to_json(member, &buffer, &error), &error);
    loyalty_member_free(member);

    /* 7. Three days later it is read back, and goes on. */
    must(loyalty_member_from_json(buffer.data, buffer.length, &member, &error), &error);
    loyalty_buffer_free(&buffer);
    book(engine, member, PAY_WITH_POINTS);
    show("积分支付之后", member);
    book(engine, member, RETURN);
    show("退货之后", member);

    /* 8. A nightly job brings the members that are due to the present day. Here a year has passed, and the points expire. */
    must(loyalty_advance(engine, member, BYTES("2027-04-01T00:00:00+08:00"), &buffer, &error), &error);
    printf("  %s\n", (const char *)buffer.data);
    loyalty_buffer_free(&buffer);
    show("一年之后", member);

    /* 9. A refusal is an answer too: the order is too old to be returned. The member is what it was. */
    static const char LATE[] = "{\"id\": \"till-3/2027-04-01/1\", \"at\": \"2027-04-01T09:00:00+08:00\", \"return\": {\"order\": \"T3-0017\"}}";
    if (loyalty_apply(engine, member, BYTES(LATE), 0, &buffer, &error) != LOYALTY_STATUS_OK) {
        printf("拒绝：%s（%s）\n", loyalty_error_message(error, NULL), loyalty_error_code(error, NULL));
        loyalty_error_free(error);
    }

    loyalty_member_free(member);
    loyalty_engine_free(engine);
    return 0;
}
