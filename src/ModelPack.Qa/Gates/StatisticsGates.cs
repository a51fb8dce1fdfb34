using ModelPack.Models;
using ModelPack.Qa.Comparison;
using ModelPack.Qa.Playbooks;

namespace ModelPack.Qa.Gates;

/// <summary>F-ROSETTA-STATS-*: statistics against a reference, by the role of a tensor.</summary>
internal static class StatisticsGates
{
    private static readonly Dictionary<string, (string Role, string Filter, double Tolerance)> Roles = new(StringComparer.Ordinal)
    {
        ["F-ROSETTA-STATS-001"] = ("layernorm", "norm", 0.001),
        ["F-ROSETTA-STATS-002"] = ("embedding", "embed", 0.1),
        ["F-ROSETTA-STATS-003"] = ("attention", "attention,self_attn", 0.01),
        ["F-ROSETTA-STATS-004"] = ("lm_head", "lm_head", 0.05),
    };

    /// <param name="id">The gate.</param>
    /// <param name="group">What the playbook says.</param>
    /// <param name="output">The model that is looked at.</param>
    /// <param name="source">The model that is the reference if the playbook names none.</param>
    /// <param name="folder">The folder of the playbook.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static GateAnswer Look(
        string id, GateGroup group, QaModel output, QaModel source, string folder, CancellationToken cancellation)
    {
        if (id is "F-ROSETTA-STATS-005" or "F-ROSETTA-STATS-006")
        {
            return Norms(output, source, isMean: id == "F-ROSETTA-STATS-005", cancellation);
        }

        if (!Roles.TryGetValue(id, out (string Role, string Filter, double Tolerance) role))
        {
            return GateAnswer.Skipped("this gate is not known here");
        }

        double tolerance = group.Tolerances.GetValueOrDefault(role.Role, role.Tolerance);
        if (group.Reference is not { } reference)
        {
            return AgainstSource(output, source, role.Filter, tolerance, cancellation);
        }

        string path = Path.Combine(folder, reference);
        return File.Exists(path)
            ? AgainstFile(output, path, role.Filter, tolerance, cancellation)
            : GateAnswer.Skipped($"the reference '{reference}' of the playbook is not beside it");
    }

    private static GateAnswer AgainstSource(
        QaModel output, QaModel source, string filter, double tolerance, CancellationToken cancellation)
    {
        PairedTensor[] tensors = [
            .. PairedStatistics.Of(source.Path, output.Path, cancellation).Tensors.Where(RoleFilter.Tensors(filter))];
        return GateAnswer.Of(
            tensors.Length, "tensors are within the tolerance of the source",
            [.. tensors.Where(tensor => tensor.Second is null).Select(tensor => $"'{tensor.First.Name}' has no partner"),
                .. tensors.SelectMany(tensor => tensor.Differences.Where(one => IsBeyond(one.Expected, one.Actual, tolerance))
                .Select(one => FormattableString.Invariant($"'{tensor.First.Name}': {one.Field} {one.Actual}, not {one.Expected}")))],
            "statistics are beyond the tolerance").With("reference", "the source");
    }

    private static GateAnswer AgainstFile(QaModel output, string path, string filter, double tolerance, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, Fingerprint> expected = Fingerprints.Read(path);
        Func<string, bool> names = RoleFilter.Names(filter);
        using ModelFile file = ModelFiles.Open(output.Path);
        Fingerprint[] prints = [.. Fingerprints.Of(file, name => expected.ContainsKey(name) && names(name), cancellation)];

        // Where no name is the same, the reference uses the names of another format.
        IEnumerable<string> missing = prints.Length == 0 ? []
            : expected.Keys.Where(names).Except(prints.Select(one => one.Name)).Select(name => $"'{name}' of the reference is not there");
        return GateAnswer.Of(
            prints.Length, "tensors are within the tolerance of the reference",
            [.. missing, .. prints.Where(one => IsBeyond(expected[one.Name].Mean, one.Mean, tolerance)
                    || IsBeyond(expected[one.Name].Deviation, one.Deviation, tolerance))
                .Select(one => FormattableString.Invariant(
                    $"'{one.Name}': mean {one.Mean}, not {expected[one.Name].Mean}; deviation {one.Deviation}"))],
            "statistics are beyond the tolerance").With("reference", Path.GetFileName(path));
    }

    // A norm of zeros is what a reader made that did not find its tensor. Norms of all ones are a model that was never trained.
    private static GateAnswer Norms(QaModel output, QaModel source, bool isMean, CancellationToken cancellation)
    {
        PairedTensor[] norms = [
            .. PairedStatistics.Of(source.Path, output.Path, cancellation).Tensors
                .Where(tensor => RoleFilter.IsNorm(tensor) && tensor.SecondStatistics is not null)];
        PairedTensor[] wrong = [.. norms.Where(tensor => IsWrong(tensor.SecondStatistics!, isMean))];
        return wrong.Length > 0 && wrong.All(tensor => tensor.FirstStatistics is { } first && IsWrong(first, isMean))
            ? GateAnswer.Skipped($"{wrong.Length} norms of the source itself are so, '{wrong[0].First.Name}' for one")
            : GateAnswer.Of(
                norms.Length, isMean ? "norms have a mean that is not 0" : "norms have a deviation above 0",
                [.. wrong.Select(tensor => Text(tensor.First.Name, tensor.SecondStatistics!))],
                "norms were damaged");
    }

    private static string Text(string name, TensorStatistics values) =>
        FormattableString.Invariant($"'{name}': mean {values.Mean}, deviation {values.StandardDeviation}");

    private static bool IsWrong(TensorStatistics norm, bool isMean) =>
        isMean ? !(Math.Abs(norm.Mean ?? 0) > 1e-3) : !(norm.StandardDeviation > 0);

    private static bool IsBeyond(double? expected, double? actual, double tolerance) =>
        expected != actual && !(Math.Abs((expected ?? double.NaN) - (actual ?? double.NaN)) <= tolerance);
}
