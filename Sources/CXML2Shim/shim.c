#include "cxml2shim.h"
