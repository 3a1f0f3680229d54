internal import Store

/// Sums that every commit adds to: it appends what is added, and now and then that is added up.
extension PostgresSchema {
    static let sumsV2 = """
        CREATE TABLE sightingLater (
            addressKey TEXT NOT NULL,
            role TEXT NOT NULL,
            address TEXT NOT NULL,
            first BIGINT NOT NULL,
            last BIGINT NOT NULL,
            count BIGINT NOT NULL,
            lastOutcome TEXT NOT NULL
        );
        CREATE TABLE usageLater (
            login TEXT NOT NULL,
            provider TEXT NOT NULL,
            hour BIGINT NOT NULL,
            messages BIGINT NOT NULL,
            recipients BIGINT NOT NULL
        );
        CREATE TABLE trafficLater (
            hour BIGINT NOT NULL,
            route TEXT NOT NULL,
            outcome TEXT NOT NULL,
            recipients BIGINT NOT NULL
        );
        ALTER TABLE sightingLater SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        ALTER TABLE usageLater SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        ALTER TABLE trafficLater SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        -- What is not added up is little: it is joined to what is, whose order stays.
        CREATE VIEW sightingWhole AS
            SELECT coalesce(s.addressKey, l.addressKey) AS addressKey, coalesce(s.role, l.role) AS role, coalesce(s.address, l.address) AS address,
                least(s.first, l.first) AS first, greatest(s.last, l.last) AS last, coalesce(s.count, 0) + coalesce(l.count, 0) AS count,
                CASE WHEN s.last IS NULL OR l.last >= s.last THEN l.lastOutcome ELSE s.lastOutcome END AS lastOutcome
            FROM sighting s FULL JOIN (\(sightings)) l ON l.addressKey = s.addressKey AND l.role = s.role;
        CREATE VIEW usageWhole AS
            SELECT login, provider, hour, messages, recipients FROM usage
            UNION ALL SELECT login, provider, hour, messages, recipients FROM usageLater;
        CREATE VIEW trafficWhole AS
            SELECT hour, route, outcome, sum(recipients)::bigint AS recipients FROM (
                SELECT hour, route, outcome, recipients FROM traffic UNION ALL SELECT hour, route, outcome, recipients FROM trafficLater
            ) AS parts GROUP BY hour, route, outcome;
        """

    /// By address, whatever of it is not added up yet.
    private static let sightings = sightings(of: "sightingLater")

    private static func sightings(of table: String) -> String {
        """
        SELECT addressKey, role, (array_agg(address ORDER BY first))[1] AS address, min(first) AS first, max(last) AS last,
            sum(count)::bigint AS count, (array_agg(lastOutcome ORDER BY last DESC))[1] AS lastOutcome
        FROM \(table) GROUP BY addressKey, role
        """
    }

    /// What was appended to each sum, added up.
    static let takings: [String: AppendedSums.Taking] = [
        "sighting": .init(
            with: "WITH taken AS (\(taking("sightingLater"))), parts AS (\(sightings(of: "taken")))",
            rows: "SELECT addressKey, role, address, first, last, count, lastOutcome FROM parts ORDER BY addressKey, role"),
        "usage": .init(
            with: "WITH taken AS (\(taking("usageLater")))",
            rows: """
                SELECT login, provider, hour, sum(messages), sum(recipients) FROM taken GROUP BY login, provider, hour
                ORDER BY login, provider, hour
                """),
        "traffic": .init(
            with: "WITH taken AS (\(taking("trafficLater")))",
            rows: "SELECT hour, route, outcome, sum(recipients) FROM taken GROUP BY hour, route, outcome ORDER BY hour, route, outcome"),
    ]

    /// Each row by one only: who adds up at the same time passes it over.
    private static func taking(_ table: String) -> String {
        "DELETE FROM \(table) WHERE ctid = ANY (ARRAY(SELECT ctid FROM \(table) FOR UPDATE SKIP LOCKED)) RETURNING *"
    }
}
