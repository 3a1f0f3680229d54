/// What the API is, for whoever shows it to people.
package struct APIReference: Sendable {
    package let endpoints: [Endpoint]
    /// The shapes that endpoints name.
    package let components: [(name: String, schema: Schema)]

    package init(endpoints: [Endpoint], components: [(name: String, schema: Schema)]) {
        self.endpoints = endpoints
        self.components = components
    }
}
