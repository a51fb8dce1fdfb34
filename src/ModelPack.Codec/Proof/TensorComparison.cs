using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.IO;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Proof;

/// <summary>The tensors of a model with the bytes they lie in.</summary>
internal sealed record TensorSet(ByteSource Source, IReadOnlyList<TensorInfo> Tensors)
{
    /// <summary>The tensors as the model means them; as they are stored, if the descriptions of carried ones are damaged.</summary>
    public static TensorSet Of(ModelFile file, out Difference? damage)
    {
        try
        {
            damage = null;
            return new(file.Source, CarriedTensors.Logical(file));
        }
        catch (ModelPackException exception) when (exception.Code == ConversionErrors.BadDescription)
        {
            damage = new(DifferenceKind.Metadata, CarriedTensors.Key, exception.Message);
            return new(file.Source, file.Tensors);
        }
    }
}

/// <summary>Compares tensors bit for bit.</summary>
internal static class TensorComparison
{
    /// <summary>Compares two sets by name; the second set's names are translated first.</summary>
    public static List<Difference> Compare(TensorSet first, TensorSet second, Func<string, string> translate, Action<long>? progress, CancellationToken cancellation)
    {
        Dictionary<string, TensorInfo> others = new(StringComparer.Ordinal);
        List<Difference> twins = [];
        foreach (TensorInfo tensor in second.Tensors)
        {
            if (!others.TryAdd(translate(tensor.Name), tensor))
            {
                twins.Add(new(DifferenceKind.ExtraTensor, tensor.Name, $"tensor '{tensor.Name}' stands twice in the second file, under the name '{translate(tensor.Name)}'"));
            }
        }

        ConcurrentDictionary<int, Difference> found = [];
        long done = 0;
        ForEachTensor(first.Tensors.Count, cancellation, i =>
        {
            TensorInfo tensor = first.Tensors[i];
            Difference? difference = others.TryGetValue(tensor.Name, out TensorInfo? other)
                ? Compare(first.Source, tensor, second.Source, other, cancellation)
                : new(DifferenceKind.MissingTensor, tensor.Name, $"tensor '{tensor.Name}' is missing in the second file");
            if (difference is not null)
            {
                found[i] = difference;
            }

            progress?.Invoke(Interlocked.Add(ref done, tensor.ByteLength));
        });
        List<Difference> differences = [.. found.OrderBy(pair => pair.Key).Select(pair => pair.Value)];
        HashSet<string> known = [.. first.Tensors.Select(tensor => tensor.Name)];
        differences.AddRange(second.Tensors
            .Where(tensor => !known.Contains(translate(tensor.Name)))
            .Select(tensor => new Difference(DifferenceKind.ExtraTensor, tensor.Name, $"tensor '{tensor.Name}' is in the second file only")));
        return [.. differences, .. twins];
    }

    private static void ForEachTensor(int count, CancellationToken cancellation, Action<int> compare)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, compare);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.Flatten().InnerExceptions[0]);
        }
    }

    /// <summary>The first place at which the lists stand in another order.</summary>
    public static Difference? CompareOrder(TensorSet first, TensorSet second)
    {
        for (int i = 0; i < Math.Min(first.Tensors.Count, second.Tensors.Count); i++)
        {
            if (first.Tensors[i].Name != second.Tensors[i].Name)
            {
                string own = first.Tensors[i].Name;
                return new(DifferenceKind.Order, own, $"tensor {i} is '{own}' in the first file and '{second.Tensors[i].Name}' in the second");
            }
        }

        return null;
    }

    private static Difference? Compare(ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second, CancellationToken cancellation)
    {
        if (first.Type != second.Type || first.ByteOrder != second.ByteOrder)
        {
            return new(DifferenceKind.Type, first.Name, $"tensor '{first.Name}' is {TypeName(first)} in the first file and {TypeName(second)} in the second", null, second.Offset);
        }

        if (!first.Shape.AsSpan().SequenceEqual(second.Shape.AsSpan()))
        {
            string shapes = $"{TensorShape.Format(first.Shape.AsSpan())} in the first file and {TensorShape.Format(second.Shape.AsSpan())} in the second";
            return new(DifferenceKind.Shape, first.Name, $"tensor '{first.Name}' has the shape {shapes}", null, second.Offset);
        }

        return ComparePayload(firstSource, first, secondSource, second, cancellation);
    }

    private static Difference? ComparePayload(ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second, CancellationToken cancellation)
    {
        byte[] left = new byte[Math.Min(Chunks.Size, first.ByteLength)];
        byte[] right = new byte[left.Length];
        long? at = null;
        long count = 0;
        for (long offset = 0; offset < first.ByteLength; offset += left.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = (int)Math.Min(left.Length, first.ByteLength - offset);
            firstSource.ReadAt(first.Offset + offset, left.AsSpan(0, length));
            secondSource.ReadAt(second.Offset + offset, right.AsSpan(0, length));
            int equal = left.AsSpan(0, length).CommonPrefixLength(right.AsSpan(0, length));
            if (equal < length)
            {
                at ??= offset + equal;
                count += CountDifferent(left.AsSpan(equal, length - equal), right.AsSpan(equal, length - equal));
            }
        }

        return at is null ? null : Describe(firstSource, first, secondSource, second, at.Value, count);
    }

    private static long CountDifferent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        long count = 0;
        for (int i = 0; i < left.Length; i++)
        {
            count += left[i] != right[i] ? 1 : 0;
        }

        return count;
    }

    private static Difference Describe(ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second, long at, long count)
    {
        TensorTypeInfo type = TensorTypes.Get(first.Type);
        byte[] left = new byte[1];
        byte[] right = new byte[1];
        firstSource.ReadAt(first.Offset + at, left);
        secondSource.ReadAt(second.Offset + at, right);
        long? element = type.Rule == PayloadRule.Blocks ? at / type.BlockBytes * type.BlockElements : null;
        string values = "";
        if (type.Rule == PayloadRule.Blocks && first.ByteOrder == ByteOrder.LittleEndian && TensorDecoder.CanDecode(first.Type))
        {
            long block = at / type.BlockBytes * type.BlockBytes;
            (int index, string both) = DecodeFirst(
                type, firstSource.ReadBytes(first.Offset + block, type.BlockBytes), secondSource.ReadBytes(second.Offset + block, type.BlockBytes));
            element += index;
            values = both;
        }

        string place = element is null ? "" : $", element {element}{values}";
        return new(
            DifferenceKind.Payload,
            first.Name,
            $"tensor '{first.Name}' ({type.Name}) differs in {count} bytes, first at byte {at} of its payload: {left[0]:x2} in the first file, {right[0]:x2} in the second{place}",
            element,
            second.Offset + at,
            count);
    }

    private static (int Index, string Both) DecodeFirst(TensorTypeInfo type, byte[] left, byte[] right)
    {
        float[] own = new float[type.BlockElements];
        float[] other = new float[type.BlockElements];
        TensorDecoder.Decode(type.Type, left, own);
        TensorDecoder.Decode(type.Type, right, other);
        for (int i = 0; i < own.Length; i++)
        {
            if (BitConverter.SingleToUInt32Bits(own[i]) != BitConverter.SingleToUInt32Bits(other[i]))
            {
                return (i, string.Create(CultureInfo.InvariantCulture, $": {own[i]:R} against {other[i]:R}"));
            }
        }

        return (0, ": the decoded values are the same");
    }

    private static string TypeName(TensorInfo tensor) =>
        TensorTypes.Get(tensor.Type).Name + (tensor.ByteOrder == ByteOrder.BigEndian ? " (big-endian)" : "");
}
