/// Whether mail can be taken: the store answers, and what is accepted can be kept.
package protocol ReadinessCheck: Sendable {
    func isReady() async -> Bool
}
