/* libcurl's option setters are C variadics, which Swift does not import: one typed inline per kind of argument. */
#pragma once
#include <curl/curl.h>
