namespace ModelPack.Tool.Output.Text;

/// <summary>How many tensors a report lists.</summary>
internal enum TensorExtent
{
    /// <summary>The first few, and a line that says how many more there are.</summary>
    Beginning,

    /// <summary>Every one.</summary>
    Complete,

    /// <summary>One line for the tensors that all layers have.</summary>
    Layers,
}

/// <summary>The order in which a report lists tensors.</summary>
internal enum TensorSort
{
    /// <summary>That of the file.</summary>
    File,

    /// <summary>By name.</summary>
    Name,

    /// <summary>The largest first.</summary>
    Size,

    /// <summary>By type, and within a type the largest first.</summary>
    Type,
}

/// <summary>Which tensors a report lists, and in which order.</summary>
internal sealed record TensorListing(TensorExtent Extent, TensorSort Sort)
{
    public static TensorListing Default { get; } = new(TensorExtent.Beginning, TensorSort.File);

    /// <summary>How many of a list are shown.</summary>
    public int Count(int all) => Extent == TensorExtent.Beginning ? Math.Min(all, InspectText.TensorsShown) : all;

    public IEnumerable<T> Sorted<T>(IEnumerable<T> tensors, Func<T, TensorInfo> info) => Sort switch
    {
        TensorSort.Name => tensors.OrderBy(tensor => info(tensor).Name, StringComparer.Ordinal),
        TensorSort.Size => tensors.OrderByDescending(tensor => info(tensor).ByteLength),
        TensorSort.Type => tensors.OrderBy(tensor => TensorTypes.Get(info(tensor).Type).Name, StringComparer.Ordinal)
            .ThenByDescending(tensor => info(tensor).ByteLength),
        _ => tensors,
    };
}
