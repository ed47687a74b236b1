/* A purchase, a quote, the passing of time and a stored member, with exact literals. */

#include "check.h"

static void versions(void) {
    CHECK(loyalty_abi_version() == LOYALTY_ABI_VERSION);
    CHECK(strlen(loyalty_version()) >= strlen("0.1.0"));
    CHECK(strcmp(loyalty_status_name(LOYALTY_STATUS_OK), "ok") == 0);
    CHECK(strcmp(loyalty_status_name(LOYALTY_STATUS_UNKNOWN_FIELD), "unknown_field") == 0);
    CHECK(strcmp(loyalty_status_name(306), "unknown") == 0);
    CHECK(strcmp(loyalty_status_name(UINT32_MAX), "unknown") == 0);
}

/* The lot is earned on 1 March 2026: twelve months later, to the end of that month, is 31 March 2027, and it expires when
   that day is over in Shanghai. Silver is held for twelve months: its last day is 1 March 2027. */
#define OUTCOME \
    "{\"entries\":[" \
    "{\"n\":1,\"at\":\"2026-03-01T02:00:00Z\",\"purchase\":{\"order\":\"o-1\",\"paid\":\"5200.00\"}}," \
    "{\"n\":2,\"at\":\"2026-03-01T02:00:00Z\",\"earned\":{\"account\":\"points\",\"points\":5200,\"order\":\"o-1\"," \
    "\"rules\":[{\"rule\":\"base\",\"points\":5200}]," \
    "\"lot\":{\"earned_on\":\"2026-03-01\",\"expires_at\":\"2027-03-31T16:00:00Z\"}}}," \
    "{\"n\":3,\"at\":\"2026-03-01T02:00:00Z\",\"tier\":{\"track\":\"club\",\"from\":\"regular\",\"to\":\"silver\"," \
    "\"why\":\"qualified\",\"until\":\"2027-03-01T16:00:00Z\"}}]," \
    "\"messages\":[]," \
    "\"receipt\":{\"order\":\"o-1\",\"lines\":[{\"line\":\"1\",\"sku\":\"pu-erh\",\"quantity\":2," \
    "\"list\":\"5200.00\",\"discounted\":\"5200.00\",\"paid\":\"5200.00\"," \
    "\"points\":[{\"rule\":\"base\",\"account\":\"points\",\"points\":5200}]}]," \
    "\"tender\":[],\"points\":[{\"account\":\"points\",\"points\":5200}]," \
    "\"total\":{\"list\":\"5200.00\",\"discounted\":\"5200.00\",\"paid\":\"5200.00\"}}," \
    "\"version\":3,\"next_due\":\"2027-03-01T16:00:00Z\"}"

/* A balance, in a call of its own. */
static int64_t points(const loyalty_member *member) {
    int64_t balance = -1;
    OK(loyalty_member_balance(member, BYTES("points"), &balance, NULL));
    return balance;
}

static uint64_t version(const loyalty_member *member) {
    uint64_t version = UINT64_MAX;
    OK(loyalty_member_version(member, &version, NULL));
    return version;
}

static void tier_is(const loyalty_member *member, const char *expected) {
    loyalty_buffer rung;
    OK(loyalty_member_tier(member, BYTES("club"), &rung, NULL));
    SAME(&rung, expected);
    OK(loyalty_member_primary_tier(member, &rung, NULL));
    SAME(&rung, expected);
}

/* What is lacking, in two languages and in words of the host's own. */
static void sentences(void) {
    loyalty_engine *engine = tea_house();
    loyalty_buffer buffer;
    loyalty_error *error = NULL;
    const char *unmet = "{\"leaf\":\"total\",\"found\":\"80.00\",\"needed\":\"100.00\",\"missing\":\"20.00\"}";

    OK(loyalty_sentence(engine, BYTES(unmet), BYTES("{}"), BYTES("en"), &buffer, &error));
    SAME(&buffer, "The amount is 80.00 CNY; 100.00 CNY is needed, 20.00 CNY more.");
    OK(loyalty_sentence(engine, BYTES(unmet), BYTES("{}"), BYTES("zh"), &buffer, &error));
    SAME(&buffer, "金额为 80.00 CNY，需要 100.00 CNY，还差 20.00 CNY。");
    OK(loyalty_sentence(engine, BYTES(unmet), BYTES("{\"en\":{\"total\":\"Only {missing} to go!\"}}"), BYTES("en"), &buffer,
                        &error));
    SAME(&buffer, "Only 20.00 CNY to go!");
    CHECK(loyalty_sentence(engine, BYTES(unmet), BYTES("{\"en\":{\"totals\":\"\"}}"), BYTES("en"), &buffer, &error)
          == LOYALTY_STATUS_UNKNOWN_FIELD);
    loyalty_error_free(error);
    OK(loyalty_engine_free(engine));
}

static void flow(void) {
    loyalty_engine *engine = tea_house();
    loyalty_member *member = new_member("会员-1");
    loyalty_buffer buffer;
    loyalty_error *error = NULL;

    OK(loyalty_member_id(member, &buffer, &error));
    CHECK(error == NULL);
    SAME(&buffer, "会员-1");
    CHECK(version(member) == 0);
    CHECK(points(member) == 0);
    tier_is(member, "");
    OK(loyalty_next_due(engine, member, &buffer, &error));
    SAME(&buffer, "");
    OK(loyalty_progress(engine, member, &buffer, &error));
    SAME(&buffer, "{\"tracks\":[],\"tasks\":[]}");

    /* A quote says what the purchase will do, and does nothing. */
    OK(loyalty_quote(engine, member, BYTES(PURCHASE), 0, &buffer, &error));
    SAME(&buffer, OUTCOME);
    CHECK(version(member) == 0);

    OK(loyalty_apply(engine, member, BYTES(PURCHASE), 0, &buffer, &error));
    CHECK(error == NULL);
    SAME(&buffer, OUTCOME);
    CHECK(version(member) == 3);
    CHECK(points(member) == 5200);
    tier_is(member, "silver");
    OK(loyalty_next_due(engine, member, &buffer, &error));
    SAME(&buffer, "2027-03-01T16:00:00Z");

    /* The same event again changes nothing. */
    OK(loyalty_apply(engine, member, BYTES(PURCHASE), 0, &buffer, &error));
    SAME(&buffer, "{\"duplicate\":true,\"entries\":[],\"messages\":[],\"version\":3,\"next_due\":\"2027-03-01T16:00:00Z\"}");

    /* Another purchase is quoted with its reasons: 7.90 yuan give 7 points. */
    OK(loyalty_quote(engine, member,
                     BYTES("{\"id\": \"e-2\", \"at\": \"2026-03-02T10:00:00+08:00\", \"purchase\": {\"order\": \"o-2\","
                           " \"lines\": [{\"sku\": \"oolong\", \"price\": \"7.90\"}]}}"),
                     LOYALTY_FLAG_TRACE, &buffer, &error));
    CHECK(strstr((const char *)buffer.data, "\"trace\":[{\"rule\":\"base\",\"result\":\"gave\",\"points\":7}]") != NULL);
    CHECK(loyalty_buffer_free(&buffer) == LOYALTY_STATUS_OK);

    /* Entries alone have no receipt. */
    OK(loyalty_quote(engine, member,
                     BYTES("{\"id\": \"e-2\", \"at\": \"2026-03-02T10:00:00+08:00\", \"purchase\": {\"order\": \"o-2\","
                           " \"lines\": [{\"sku\": \"oolong\", \"price\": \"7.90\"}]}}"),
                     LOYALTY_FLAG_ENTRIES, &buffer, &error));
    CHECK(strstr((const char *)buffer.data, "\"paid\":\"7.90\"") != NULL);
    CHECK(strstr((const char *)buffer.data, "\"receipt\"") == NULL);
    CHECK(loyalty_buffer_free(&buffer) == LOYALTY_STATUS_OK);

    /* 600 points are worth 6.00; 14.00 are left to pay, and give 14 points. */
    OK(loyalty_apply(engine, member,
                     BYTES("{\"id\": \"e-3\", \"at\": \"2026-03-03T10:00:00+08:00\", \"purchase\": {\"order\": \"o-3\","
                           " \"lines\": [{\"sku\": \"oolong\", \"price\": \"20.00\"}], \"tender\": [{\"points\": 600}]}}"),
                     0, &buffer, &error));
    CHECK(strstr((const char *)buffer.data, "\"tender\":[{\"account\":\"points\",\"asked\":600,\"points\":600,\"value\":\"6.00\"}]") != NULL);
    CHECK(loyalty_buffer_free(&buffer) == LOYALTY_STATUS_OK);
    CHECK(points(member) == 5200 - 600 + 14);

    /* Stored and read back, it is the same member, byte by byte, for the next purchase too. */
    loyalty_buffer stored;
    loyalty_member *again = NULL;
    OK(loyalty_member_to_json(member, &stored, &error));
    OK(loyalty_member_from_json(stored.data, stored.length, &again, &error));
    OK(loyalty_member_to_json(again, &buffer, &error));
    SAME(&buffer, (const char *)stored.data);
    OK(loyalty_buffer_free(&stored));

    /* A copy goes its own way: the points of either day expire at the end of March. */
    loyalty_member *copy = NULL;
    OK(loyalty_member_clone(member, &copy, &error));
    OK(loyalty_advance(engine, copy, BYTES("2027-04-01T00:00:00+08:00"), &buffer, &error));
    CHECK(strstr((const char *)buffer.data, "\"expired\":{\"account\":\"points\",\"points\":4600,") != NULL);
    CHECK(strstr((const char *)buffer.data, "\"expired\":{\"account\":\"points\",\"points\":14,") != NULL);
    CHECK(loyalty_buffer_free(&buffer) == LOYALTY_STATUS_OK);
    CHECK(points(copy) == 0);
    CHECK(points(member) == 4614);
    CHECK(points(again) == 4614);
    tier_is(member, "silver");

    /* What expires by the end of a day, and the rest: together the balance. No cost per point is said. */
    OK(loyalty_expiring(engine, member, BYTES("2027-03-31"), &buffer, &error));
    SAME(&buffer, "[{\"account\":\"points\",\"expires_at\":\"2027-03-31T16:00:00Z\",\"points\":4614}]");
    OK(loyalty_expiring(engine, member, BYTES("2027-03-30"), &buffer, &error));
    SAME(&buffer, "[{\"account\":\"points\",\"expires_at\":null,\"points\":4614}]");
    OK(loyalty_liability(engine, member, &buffer, &error));
    SAME(&buffer, "[{\"account\":\"points\",\"earned\":\"2026-03\",\"expires\":\"2027-03\",\"points\":4614}]");

    /* The program has no benefits. */
    OK(loyalty_benefits(engine, member, &buffer, &error));
    SAME(&buffer, "[]");

    /* Nothing needs the engine any more. */
    OK(loyalty_engine_free(engine));
    CHECK(points(again) == 4614);
    OK(loyalty_member_free(copy));
    OK(loyalty_member_free(again));
    OK(loyalty_member_free(member));
}

static void program_comes_back(void) {
    loyalty_engine *engine = tea_house();
    loyalty_engine *again = NULL;
    loyalty_buffer first;
    loyalty_buffer second;
    OK(loyalty_engine_program_json(engine, &first, NULL));
    OK(loyalty_engine_new(first.data, first.length, &again, NULL));
    OK(loyalty_engine_program_json(again, &second, NULL));
    SAME(&second, (const char *)first.data);
    CHECK(strstr((const char *)first.data, "\"zh\":\"银卡\"") != NULL);
    OK(loyalty_buffer_free(&first));
    OK(loyalty_engine_free(again));
    OK(loyalty_engine_free(engine));
}

/* Stages, warnings and rankings, of a program that has them. */
static void lives_and_rankings(void) {
    static const char PROGRAM[] =
        "{\"schema\": 1, \"id\": \"shop\", \"currency\": \"CNY\", \"timezone\": \"Asia/Shanghai\", \"lifecycle\": {},"
        " \"metrics\": [{\"id\": \"spend\", \"measure\": \"spend\"}],"
        " \"winback\": [{\"id\": \"calls\", \"steps\": [{\"id\": \"call\"}], \"effect_days\": 3, \"max_attempts\": 1}],"
        " \"warning\": {\"signals\": [{\"id\": \"asleep\", \"weight\": 3, \"when\": {\"stage\": [\"dormancy\"]}}],"
        " \"levels\": {\"light\": 1, \"moderate\": 2, \"severe\": 3}},"
        " \"rankings\": [{\"id\": \"best\", \"when\": {\"metric\": {\"id\": \"spend\", \"at_least\": 1}},"
        " \"by\": [{\"metric\": \"spend\"}]}]}";
    loyalty_engine *engine = NULL;
    loyalty_member *member = new_member("m-1");
    loyalty_buffer buffer;
    loyalty_error *error = NULL;
    uint32_t abandoned = 7;
    OK(loyalty_engine_new(BYTES(PROGRAM), &engine, &error));
    OK(loyalty_member_stage(member, &buffer, &error));
    SAME(&buffer, "");
    OK(loyalty_member_warning(member, &buffer, &error));
    SAME(&buffer, "none");
    OK(loyalty_ranking(engine, member, BYTES("best"), BYTES("2026-03-31T23:00:00+08:00"), &buffer, &error));
    SAME(&buffer, "");

    OK(loyalty_apply(engine, member, BYTES(PURCHASE), 0, &buffer, &error));
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_member_stage(member, &buffer, &error));
    SAME(&buffer, "introduction");
    OK(loyalty_ranking(engine, member, BYTES("best"), BYTES("2026-03-31T23:00:00+08:00"), &buffer, &error));
    SAME(&buffer, "{\"figures\":[{\"of\":\"spend\",\"value\":\"5200.00\"}],\"key\":\"07ffffffffff810bf\"}");
    CHECK(loyalty_ranking(engine, member, BYTES("worst"), BYTES("2026-03-31T23:00:00+08:00"), &buffer, &error)
          == LOYALTY_STATUS_UNKNOWN_REFERENCE);
    loyalty_error_free(error);
    CHECK(loyalty_ranking(engine, member, BYTES("best"), BYTES("2026-01-31T23:00:00+08:00"), &buffer, &error)
          == LOYALTY_STATUS_OUT_OF_ORDER);
    loyalty_error_free(error);
    error = NULL;

    /* 90 days without a purchase, and a call that brought none. */
    OK(loyalty_apply(engine, member,
                     BYTES("{\"id\": \"e-2\", \"at\": \"2026-06-01T10:00:00+08:00\", \"outreach\": {\"step\": \"call\"}}"), 0,
                     &buffer, &error));
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_member_stage(member, &buffer, &error));
    SAME(&buffer, "dormancy");
    OK(loyalty_member_warning(member, &buffer, &error));
    SAME(&buffer, "severe");
    OK(loyalty_member_is_abandoned(member, &abandoned, &error));
    CHECK(abandoned == 0);
    OK(loyalty_advance(engine, member, BYTES("2026-06-05T00:00:00+08:00"), &buffer, &error));
    OK(loyalty_buffer_free(&buffer));
    OK(loyalty_member_is_abandoned(member, &abandoned, &error));
    CHECK(abandoned == 1);
    OK(loyalty_member_free(member));
    OK(loyalty_engine_free(engine));
}

int main(void) {
    versions();
    sentences();
    flow();
    program_comes_back();
    lives_and_rankings();
    return 0;
}
