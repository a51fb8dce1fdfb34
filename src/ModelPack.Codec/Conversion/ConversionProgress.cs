namespace ModelPack;

/// <summary>The part of the work that is running.</summary>
public enum ConversionPhase
{
    /// <summary>Reading the source and writing the output.</summary>
    Writing,

    /// <summary>Re-reading the output and converting it back.</summary>
    Proving,

    /// <summary>Making the payloads that the output shows in another form: after writing, before proving.</summary>
    Making,
}

/// <summary>A report of progress; sent at most a few times a second and at the end of each phase.</summary>
/// <param name="Phase">What is running.</param>
/// <param name="BytesDone">Bytes done in this phase.</param>
/// <param name="BytesTotal">Bytes of this phase.</param>
public readonly record struct ConversionProgress(ConversionPhase Phase, long BytesDone, long BytesTotal);
