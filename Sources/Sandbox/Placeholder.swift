internal import Hummingbird
internal import HummingbirdTLS
internal import X509
internal import NIOSSL
