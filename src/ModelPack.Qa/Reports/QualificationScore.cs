using ModelPack.Qa.Evidence;

namespace ModelPack.Qa.Reports;

/// <summary>
/// The Model Qualification Score of the harness, by its formula, so that both give one number for one evidence.json. A skipped gate counts
/// as passed in it, and so does a category without gates: it says how much failed, not how much was looked at.
/// </summary>
/// <param name="Raw">0 to 1000.</param>
/// <param name="Normalized">0 to 100, on a logarithmic scale.</param>
/// <param name="Grade">A+ to F.</param>
/// <param name="GatewaysPassed">False if a failure takes all points.</param>
internal sealed record QualificationScore(int Raw, double Normalized, string Grade, bool GatewaysPassed)
{
    private const int MostPoints = 1000;
    private const int TimeoutPenalty = 10;
    private const string OtherGates = "QUAL";

    private static readonly (string Name, int Points)[] Categories =
        [(OtherGates, 200), ("PERF", 150), ("STAB", 200), ("COMP", 150), ("EDGE", 150), ("REGR", 150)];

    // The longer beginning first.
    private static readonly (string Beginning, string Category)[] Beginnings =
    [
        ("F-CONV-RT", "REGR"), ("F-CONV-IDEM", "REGR"), ("F-CONV-COM", "REGR"), ("F-CONV", "COMP"), ("F-CONTRACT", "COMP"),
        ("G0-", "STAB"),
    ];

    private static readonly (double Least, string Grade)[] Grades =
    [
        (97, "A+"), (93, "A"), (90, "A-"), (87, "B+"), (83, "B"), (80, "B-"), (77, "C+"), (73, "C"), (70, "C-"), (67, "D+"), (63, "D"),
        (60, "D-"),
    ];

    public static QualificationScore Of(IReadOnlyList<GateEvidence> evidence)
    {
        if (!PassesGateways(evidence))
        {
            return new(0, 0, "F", false);
        }

        ILookup<string, GateEvidence> gates = evidence.ToLookup(one => CategoryOf(one.Gate));
        int points = Categories.Sum(category => Points([.. gates[category.Name]], category.Points));
        int raw = Math.Max(0, points - (TimeoutPenalty * evidence.Count(one => one.Outcome == Outcome.Timeout)));
        double normalized = points == 0 ? 0 : 100 * Math.Log10(1 + (9.0 * raw / MostPoints));
        return new(raw, normalized, Grades.FirstOrDefault(grade => normalized >= grade.Least).Grade ?? "F", true);
    }

    // G0 to G2: nothing failed. G3: nothing crashed. G4: no more than a quarter is garbage.
    private static bool PassesGateways(IReadOnlyList<GateEvidence> evidence) =>
        !evidence.Any(one => one.Outcome == Outcome.Crashed || (one.IsFailure
            && (one.Gate.StartsWith("G0-INTEGRITY", StringComparison.Ordinal) || Has(one, "G1") || Has(one, "G2"))))
        && evidence.Count(one => one.IsFailure && Has(one, "G4")) <= evidence.Count / 4;

    private static bool Has(GateEvidence one, string gateway) => one.Gate.Contains(gateway, StringComparison.Ordinal);

    private static int Points(GateEvidence[] gates, int most) => gates.Length == 0 ? most
        : (int)Math.Round((double)gates.Count(one => !one.IsFailure) / gates.Length * most, MidpointRounding.AwayFromZero);

    private static string CategoryOf(string gate) =>
        Beginnings.FirstOrDefault(one => gate.StartsWith(one.Beginning, StringComparison.Ordinal)).Category
        ?? Categories.FirstOrDefault(
            category => category.Name.Equals(gate.Split('-').ElementAtOrDefault(1), StringComparison.OrdinalIgnoreCase)).Name
        ?? OtherGates;
}
