using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Tensors;

namespace ModelPack.Qa.Gates;

/// <summary>
/// Compares what the target's own programs see with what the source's own programs see, tensor by tensor, without following any record:
/// decoded values, bit for bit. Tensors whose rows move, that are joined or divided, or whose values the target wants
/// otherwise are left to the other comparison.
/// </summary>
internal static class VisibleValues
{
    private static readonly TensorAction[] Same = [TensorAction.Copy, TensorAction.Widen, TensorAction.Swap, TensorAction.Carry];

    /// <param name="from">What was converted.</param>
    /// <param name="to">What was made of it.</param>
    /// <param name="differing">Names of tensors that the other comparison finds to be different.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static (int Compared, int Widened, List<string> Found) Compare(
        QaModel from, QaModel to, IEnumerable<string> differing, CancellationToken cancellation)
    {
        HashSet<string> others = [.. differing];
        using ModelFile first = ModelFiles.Open(from.Path);
        using ModelFile second = ModelFiles.Open(to.Path);
        Dictionary<string, TensorInfo> sources = ByName(first);
        Dictionary<string, TensorInfo> targets = ByName(second);
        List<string> found = [];
        (int compared, int widened) = (0, 0);
        foreach (CertifiedTensor tensor in to.Certificate!.Tensors.Where(tensor => Same.Contains(tensor.Action)))
        {
            if (!sources.TryGetValue(tensor.SourceName, out TensorInfo? source) || !targets.TryGetValue(tensor.Name, out TensorInfo? target)
                || NumberReader.WhyNot(source) is not null || NumberReader.WhyNot(target) is not null
                || (tensor.Action == TensorAction.Widen && source.ElementCount != target.ElementCount))
            {
                continue;
            }

            compared++;
            widened += source.Type == target.Type ? 0 : 1;
            string? difference = source.ElementCount != target.ElementCount
                ? $"{source.ElementCount} elements in the source, {target.ElementCount} in the output"
                : First(first.Source, source, second.Source, target, cancellation);
            if (difference is not null && (others.Contains(tensor.Name) || others.Contains(tensor.SourceName)
                || !HasMovedValues(tensor, first.Source, source, second.Source, target, cancellation)))
            {
                found.Add($"tensor '{tensor.Name}': {difference}");
            }
        }

        return (compared, widened, found);
    }

    // A record of a tensor that is widened does not say whether its rows are moved too (q and k of llama). That each value is where it
    // belongs is what converting back proves.
    private static bool HasMovedValues(
        CertifiedTensor tensor, ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second,
        CancellationToken cancellation) =>
        tensor.Action == TensorAction.Widen
        && Sum(firstSource, first, cancellation) == Sum(secondSource, second, cancellation);

    // Of the hashes of all values: whatever their order, the same values have the same sum.
    private static UInt128 Sum(ByteSource source, TensorInfo tensor, CancellationToken cancellation)
    {
        UInt128 sum = 0;
        NumberReader.Walk(
            source, tensor, values =>
            {
                foreach (double value in values)
                {
                    ulong bits = BitConverter.DoubleToUInt64Bits(value);
                    sum = unchecked(sum + ((UInt128)Mix(bits) * Mix(~bits)));
                }
            },
            cancellation);
        return sum;
    }

    private static ulong Mix(ulong bits)
    {
        ulong mixed = unchecked((bits ^ (bits >> 30) ^ 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9);
        return unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) ^ (mixed >> 31);
    }

    private static Dictionary<string, TensorInfo> ByName(ModelFile file)
    {
        Dictionary<string, TensorInfo> tensors = new(StringComparer.Ordinal);
        foreach (TensorInfo tensor in TensorDescriptions.Logical(file))
        {
            tensors.TryAdd(tensor.Name, tensor);
        }

        return tensors;
    }

    private static string? First(
        ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second, CancellationToken cancellation)
    {
        string? found = null;
        NumberPairs.Walk(
            firstSource, first, secondSource, second,
            (element, left, right) =>
            {
                for (int i = 0; i < left.Length && found is null; i++)
                {
                    // NaN equals NaN; −0 and +0 are two values.
                    if (BitConverter.DoubleToInt64Bits(left[i]) != BitConverter.DoubleToInt64Bits(right[i])
                        && !(double.IsNaN(left[i]) && double.IsNaN(right[i])))
                    {
                        found = FormattableString.Invariant(
                            $"element {element + i} is {left[i]:R} in the source and {right[i]:R} in the output");
                    }
                }

                return found is null;
            },
            cancellation);
        return found;
    }
}
