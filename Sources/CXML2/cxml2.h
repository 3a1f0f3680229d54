/* libxml2 includes ICU's headers, and Foundation carries another ICU: two enums of one name. Nothing here converts with ICU. */
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/SAX2.h>
