namespace ModelPack.Conversion.Ancestors;

/// <summary>What a conversion to the format of the file described does with a record that does not count.</summary>
internal enum DoubtKind
{
    /// <summary>It leaves the record behind: the file was edited.</summary>
    Edited,

    /// <summary>It refuses: what the record describes does not give the file.</summary>
    Forged,

    /// <summary>It refuses: the record is damaged.</summary>
    NotFollowed,
}

/// <summary>Why a record does not count.</summary>
/// <param name="Kind">What a conversion does with it.</param>
/// <param name="Text">The reason in one sentence.</param>
internal sealed record RecordDoubt(DoubtKind Kind, string Text)
{
    /// <summary>The file described does not give the one that holds the record.</summary>
    public static RecordDoubt Unlike(string name) =>
        new(DoubtKind.Forged, $"converting the file that the origin record of '{name}' describes does not give that file");

    /// <summary>The record of a file cannot be followed.</summary>
    public static RecordDoubt NotFollowed(string name, ModelPackException why) =>
        new(DoubtKind.NotFollowed, $"the origin record of '{name}' cannot be followed: {why.Detail}");

    /// <inheritdoc/>
    public override string ToString() => Text;
}
