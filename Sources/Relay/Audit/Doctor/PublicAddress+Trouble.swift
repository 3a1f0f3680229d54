/// What is wrong with where consents come back to.
extension PublicAddress {
    /// A consent comes back to this address; nil: as far as can be seen from here, somebody listens there.
    package func trouble(listeningAt port: Int, isEncrypted: Bool) -> Finding? {
        let what = "setting \(SettingKey(.publicURL))"
        let restart = "start the service again"
        if isEncrypted, !isSecure {
            return Finding(
                what, "browsers come with TLS, so consents cannot come back to \(self)",
                fix: "mandate settings set \(SettingKey(.publicURL)) https://NAME:\(port)\(path)", restart)
        }
        if !isEncrypted, isLoopback, port != 0, port != self.port {
            return Finding(
                what, "browsers come to port \(port), but consents come back to \(self), where nobody listens",
                fix: "mandate settings set \(SettingKey(.publicURL)) http://localhost:\(port)\(path)", restart)
        }
        return nil
    }
}
