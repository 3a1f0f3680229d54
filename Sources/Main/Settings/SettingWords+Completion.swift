internal import ArgumentParser
internal import Relay

extension SettingWords {
    static let completion = CompletionKind.list(SettingKey.all.map(\.description))
}
