internal import Relay

/// Makes a token endpoint's words fit to be read, and takes out our secrets, which some servers repeat.
struct TokenDetail: Sendable {
    private static let mark = Array("‹secret›".utf8)

    /// Longest first, so that one secret that begins another leaves no tail of it.
    private let secrets: [[UInt8]]

    init(hiding secrets: [[UInt8]]) {
        self.secrets = secrets.flatMap { [$0, FormBody.encode($0)] }.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
    }

    /// Hidden before the cut, so that no part of a secret stays behind at the edge; and again after the clean-up, which may have joined
    /// one.
    func line(_ text: String?) -> String {
        let clean = hide(ProviderText.firstLine(of: hide(text ?? "")))
        return clean.isEmpty ? Self.silence : ProviderText.bounded(clean)
    }

    /// What is said in the place of words that are not there.
    static let silence = "no reason given"

    /// By bytes: compared as characters, a combining mark after a secret would make it another text.
    private func hide(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for secret in secrets { bytes.replace(secret, with: Self.mark) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
