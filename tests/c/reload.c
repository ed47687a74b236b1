/* The library is opened while the program runs, closed, and opened again: it keeps nothing, so each time it does the same. */

/* dlopen is not of the C standard. */
#define _POSIX_C_SOURCE 200809L

#include <dlfcn.h>
#include <pthread.h>

#include "check.h"

#ifdef __APPLE__
#define LIBRARY "libloyalty.dylib"
#else
#define LIBRARY "libloyalty.so"
#endif

enum { TIMES = 5 };

/* The functions of the library that this program calls. */
struct functions {
    uint32_t (*abi_version)(void);
    loyalty_status (*engine_new)(const uint8_t *, size_t, loyalty_engine **, loyalty_error **);
    loyalty_status (*engine_free)(loyalty_engine *);
    loyalty_status (*member_new)(const uint8_t *, size_t, loyalty_member **, loyalty_error **);
    loyalty_status (*member_from_json)(const uint8_t *, size_t, loyalty_member **, loyalty_error **);
    loyalty_status (*member_to_json)(const loyalty_member *, loyalty_buffer *, loyalty_error **);
    loyalty_status (*member_free)(loyalty_member *);
    loyalty_status (*apply)(const loyalty_engine *, loyalty_member *, const uint8_t *, size_t, uint32_t, loyalty_buffer *,
                            loyalty_error **);
    loyalty_status (*buffer_free)(loyalty_buffer *);
    loyalty_status (*error_free)(loyalty_error *);
    const char *(*error_path)(const loyalty_error *, size_t *);
};

/* Finds a function. A pointer to data is no pointer to a function in C: the bytes are. */
static void find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    if (found == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    memcpy(function, &found, sizeof found);
}

static void *open_library(struct functions *use) {
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    find(library, "loyalty_abi_version", &use->abi_version);
    find(library, "loyalty_engine_new", &use->engine_new);
    find(library, "loyalty_engine_free", &use->engine_free);
    find(library, "loyalty_member_new", &use->member_new);
    find(library, "loyalty_member_from_json", &use->member_from_json);
    find(library, "loyalty_member_to_json", &use->member_to_json);
    find(library, "loyalty_member_free", &use->member_free);
    find(library, "loyalty_apply", &use->apply);
    find(library, "loyalty_buffer_free", &use->buffer_free);
    find(library, "loyalty_error_free", &use->error_free);
    find(library, "loyalty_error_path", &use->error_path);
    CHECK(use->abi_version() == LOYALTY_ABI_VERSION);
    return library;
}

/* Takes a purchase and meets an error; the document of the member goes into `document`, with a byte 0 behind it. */
static void live(const struct functions *use, char *document, size_t size) {
    loyalty_engine *engine = NULL;
    loyalty_member *member = NULL;
    loyalty_error *error = NULL;
    loyalty_buffer buffer;
    OK(use->engine_new(BYTES(TEA_HOUSE), &engine, NULL));
    OK(use->member_new(BYTES("m-1"), &member, NULL));
    OK(use->apply(engine, member, BYTES(PURCHASE), 0, &buffer, NULL));
    OK(use->buffer_free(&buffer));
    CHECK(use->apply(engine, NULL, BYTES(PURCHASE), 0, &buffer, &error) == LOYALTY_STATUS_NULL_POINTER);
    same_text(__LINE__, use->error_path(error, NULL), "member");
    OK(use->error_free(error));
    OK(use->member_to_json(member, &buffer, NULL));
    CHECK(buffer.length < size);
    memcpy(document, buffer.data, buffer.length);
    document[buffer.length] = 0;
    OK(use->buffer_free(&buffer));
    OK(use->member_free(member));
    OK(use->engine_free(engine));
}

/* A thread that has called the library ends after it has been closed, or before. */
static void *in_a_thread(void *document) {
    struct functions use;
    void *library = open_library(&use);
    live(&use, document, 1 << 14);
    CHECK(dlclose(library) == 0);
    return NULL;
}

int main(void) {
    static char first[1 << 14];
    static char again[1 << 14];
    for (int i = 0; i < TIMES; i++) {
        struct functions use;
        void *library = open_library(&use);
        live(&use, i == 0 ? first : again, sizeof first);
        /* Whoever opens it twice closes it twice. */
        CHECK(open_library(&use) == library);
        CHECK(dlclose(library) == 0);
        /* A document outlives the library that wrote it. */
        if (i > 0) {
            same_text(__LINE__, again, first);
            loyalty_member *member = NULL;
            OK(use.member_from_json(BYTES(first), &member, NULL));
            OK(use.member_free(member));
        }
        CHECK(dlclose(library) == 0);
    }
    for (int i = 0; i < TIMES; i++) {
        pthread_t thread;
        memset(again, 0, sizeof again);
        CHECK(pthread_create(&thread, NULL, in_a_thread, again) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        same_text(__LINE__, again, first);
    }
    return 0;
}
