namespace ModelPack.Tensors;

/// <summary>
/// Whether all values of a tensor are one value. <c>default</c> has seen nothing. Chunks may be looked at in any order and merged in any
/// order, also repeatedly.
/// </summary>
internal struct UniformTally
{
    private bool hasAny;
    private ulong onlyValue;

    /// <summary>True once two different values were seen; nothing that follows can change that.</summary>
    public bool HasSeveral { get; private set; }

    /// <summary>The scale of an APR-Q8 tensor, which stands in front of its quants: zero makes all of them one value.</summary>
    public float? Scale { get; set; }

    /// <summary>True if there is a value and no other.</summary>
    public readonly bool IsUniform => hasAny && (!HasSeveral || Scale == 0);

    /// <summary>The bits of the one value: of the float32 that it decodes to, or as stored for types without one. Negative zero counts as
    /// zero.</summary>
    public readonly ulong Bits => Scale == 0 ? 0 : onlyValue;

    /// <summary>Takes a value.</summary>
    public void Add(ulong value)
    {
        HasSeveral |= hasAny && value != onlyValue;
        onlyValue = hasAny ? onlyValue : value;
        hasAny = true;
    }

    /// <summary>Takes what another tally has seen.</summary>
    public void Merge(in UniformTally other)
    {
        if (other.hasAny)
        {
            Add(other.onlyValue);
        }

        HasSeveral |= other.HasSeveral;
        Scale ??= other.Scale;
    }
}
