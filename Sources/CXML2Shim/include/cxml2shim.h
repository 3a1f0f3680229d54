/* What Swift cannot say to libxml2 by itself: macros, and a loader that has to be set before any thread parses. */
#pragma once
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>

/* XML_PARSE_NONET stops the network alone; this stops files too, for the whole process. */
static inline xmlParserInputPtr _Nullable cxs_load_nothing(
    const char *_Nullable address, const char *_Nullable name, xmlParserCtxtPtr _Nullable context) {
    (void)address, (void)name, (void)context;
    return NULL;
}

/* Once, before the first parse. */
static inline void cxs_start(void) {
    xmlInitParser();
    xmlSetExternalEntityLoader(cxs_load_nothing);
}

/* A handler that libxml2 takes for one of its second kind, with namespaces and structured errors; everything in it is unset. */
static inline xmlSAXHandler cxs_empty_handler(void) {
    xmlSAXHandler handler = { 0 };
    handler.initialized = XML_SAX2_MAGIC;
    return handler;
}
