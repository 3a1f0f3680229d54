/* libcurl's option setters are C variadics, which Swift does not import: one typed inline per kind of argument. A wrong kind is then a
   compile error, where with the variadic it is a crash. */
#pragma once
#include <curl/curl.h>
#include <string.h>
#include <sys/prctl.h>

/* Read, write and header callbacks: the bytes or the room for them, their size as two factors, and the pointer given as user data. */
typedef size_t (*ccs_io_cb)(char *_Nonnull bytes, size_t size, size_t count, void *_Nullable user);

static inline CURLcode ccs_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode ccs_set_long(CURL *_Nonnull handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccs_set_offset(CURL *_Nonnull handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccs_set_text(CURL *_Nonnull handle, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccs_set_pointer(CURL *_Nonnull handle, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccs_set_io(CURL *_Nonnull handle, CURLoption option, ccs_io_cb _Nonnull value) {
    return curl_easy_setopt(handle, option, value);
}
/* libcurl copies the bytes. */
static inline CURLcode ccs_set_blob(CURL *_Nonnull handle, CURLoption option, const void *_Nullable bytes, size_t count) {
    struct curl_blob blob = { (void *)bytes, count, CURL_BLOB_COPY };
    return curl_easy_setopt(handle, option, &blob);
}

static inline CURLcode ccs_get_long(CURL *_Nonnull handle, CURLINFO what, long *_Nonnull value) {
    return curl_easy_getinfo(handle, what, value);
}
static inline CURLcode ccs_get_offset(CURL *_Nonnull handle, CURLINFO what, curl_off_t *_Nonnull value) {
    return curl_easy_getinfo(handle, what, value);
}
static inline CURLcode ccs_get_pointer(CURL *_Nonnull handle, CURLINFO what, void *_Nullable *_Nonnull value) {
    return curl_easy_getinfo(handle, what, value);
}

static inline CURLMcode ccs_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
/* The result sits in a union; read it before curl_multi_remove_handle, which frees the message. */
static inline CURLcode ccs_result(const CURLMsg *_Nonnull message) { return message->data.result; }

/* A plain memset before a free is optimised away; this is not. */
static inline void ccs_wipe(void *_Nonnull bytes, size_t count) { explicit_bzero(bytes, count); }

/* As `ps -L` and debuggers show it; 15 bytes. pthread_setname_np wants _GNU_SOURCE before the first header, which a module cannot promise. */
static inline void ccs_name_thread(const char *_Nonnull name) { (void)prctl(PR_SET_NAME, name, 0, 0, 0); }
