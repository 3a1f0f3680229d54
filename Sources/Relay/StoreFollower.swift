/// Brings what is decided by up to the store, and tells whoever renews tokens whose credentials have changed.
package protocol StoreFollower: Sendable {
    /// False: the store cannot be read.
    @discardableResult
    func catchUp() async -> Bool
}
