using System.Globalization;
using ModelPack.Diagnostics;

namespace ModelPack.Verification.Comparison;

/// <summary>How far two payloads are apart, in one sentence.</summary>
internal static class DifferenceWords
{
    public static string Bytes(TensorInfo tensor, PayloadDifference payload)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        string bytes =
            $"{Plural.Of(payload.Bytes, "byte")}, first at byte {payload.FirstByte} of its payload: {payload.ByteValues.First:x2} in the "
                + $"first file, {payload.ByteValues.Second:x2} in the second";
        string blocks = type.IsQuantized && type.BlockElements > 1 ? $"; {payload.Blocks} of {Plural.Of(payload.AllBlocks, "block")}" : "";
        string element = payload.Elements is not null ? $"; {Values(payload, tensor.ElementCount)}"
            : payload.FirstElement is { } first ? $", element {first}"
            : "";
        return $"tensor '{tensor.Name}' ({type.Name}) differs in {bytes}{blocks}{element}";
    }

    /// <summary>What the decoded values say.</summary>
    public static string Values(PayloadDifference payload, long elements)
    {
        if (payload.First is not { } first)
        {
            return $"all {elements} decoded values are the same, bit for bit";
        }

        string most = payload.Largest is { } largest
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", the largest difference is {largest.Distance:G6} at element {largest.Element}: {largest.First:R} against "
                    + $"{largest.Second:R}")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{payload.Elements} of {elements} decoded values differ, first element {first.Element}: {first.First:R} against "
                + $"{first.Second:R}{(most.Length > 0 && payload.Elements > 1 ? most : "")}");
    }
}
