package import Web

/// All routes of the API, in the order in which a reader meets them.
package enum Endpoints {
    static let all =
        decisions + outcomes + messages + directory + file + imports + standings + consents + operations + unauthorized + review + audit
        + dmarc + about
    package static let reference = APIReference(endpoints: all, components: OpenAPI.components)
}
