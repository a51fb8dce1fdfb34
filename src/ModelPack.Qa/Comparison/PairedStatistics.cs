using System.Collections.Immutable;
using ModelPack.Models;
using ModelPack.Verification;
using ModelPack.Verification.Comparison;
using ModelPack.Verification.Statistics;

namespace ModelPack.Qa.Comparison;

/// <summary>A tensor of one model and what it is called in another, with the statistics of both.</summary>
internal sealed record PairedTensor(
    TensorInfo First, TensorInfo? Second, TensorStatistics? FirstStatistics, TensorStatistics? SecondStatistics)
{
    /// <summary>The statistics that are not the same number, with both values. They are exact, so nothing has to be close.</summary>
    public IEnumerable<(string Field, double? Expected, double? Actual)> Differences
    {
        get
        {
            if (FirstStatistics is not { } first || SecondStatistics is not { } second)
            {
                return [];
            }

            (string, double?, double?)[] all =
            [
                ("mean", first.Mean, second.Mean), ("std", first.StandardDeviation, second.StandardDeviation),
                ("min", first.Minimum, second.Minimum), ("max", first.Maximum, second.Maximum),
                ("nan_count", first.NaN, second.NaN), ("inf_count", first.Infinity, second.Infinity),
            ];
            return all.Where(one => one.Item2 != one.Item3);
        }
    }
}

/// <summary>The statistics of two models, tensor by tensor, in words that can be compared: those of the files that they were made
/// from.</summary>
/// <param name="Tensors">The tensors of the first model.</param>
/// <param name="Extra">Names that only the second has.</param>
internal sealed record PairedStatistics(ImmutableArray<PairedTensor> Tensors, ImmutableArray<string> Extra)
{
    public static PairedStatistics Of(string firstPath, string secondPath, CancellationToken cancellation)
    {
        (ModelFile first, ModelFile second) = ModelFiles.OpenPair(firstPath, secondPath, PathScope.Model);
        using ModelFile own = first;
        using ModelFile other = second;
        return Of(first, second, cancellation);
    }

    public static PairedStatistics Of(ModelFile first, ModelFile second, CancellationToken cancellation)
    {
        ModelPair pair = new(first, second, cancellation);
        (TensorSet left, TensorSet right) = (pair.FirstTensors, pair.SecondTensors);
        TensorPairing pairing = TensorPairing.Of(left.Tensors, right.Tensors, pair.Translate);
        TensorStatistics?[] firstStatistics = new StatisticsPass(left.Source, left.Tensors).Run(null, cancellation);
        TensorInfo[] partners = [.. pairing.Others.OfType<TensorInfo>()];
        TensorStatistics?[] partnerStatistics = new StatisticsPass(right.Source, partners).Run(null, cancellation);
        int next = 0;
        return new(
            [.. left.Tensors.Select((tensor, i) => pairing.Others[i] is { } partner
                ? new PairedTensor(tensor, partner, firstStatistics[i], partnerStatistics[next++])
                : new PairedTensor(tensor, null, firstStatistics[i], null))],
            [.. pairing.Extra.Select(tensor => tensor.Name)]);
    }
}
