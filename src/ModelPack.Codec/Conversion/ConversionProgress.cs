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
/// <example>
/// <code>
/// Progress&lt;ConversionProgress&gt; bar = new(done =&gt; Console.Write($"\r{done.Phase}: {done.BytesDone} of {done.BytesTotal} bytes"));
/// Certificate proof = await ModelConverter.ConvertAsync("qwen.gguf", "qwen.apr", progress: bar);
/// </code>
/// </example>
public readonly struct ConversionProgress
{
    internal ConversionProgress(ConversionPhase phase, long bytesDone, long bytesTotal)
    {
        Phase = phase;
        BytesDone = bytesDone;
        BytesTotal = bytesTotal;
    }

    /// <summary>What is running.</summary>
    public ConversionPhase Phase { get; }

    /// <summary>Bytes done in this phase.</summary>
    public long BytesDone { get; }

    /// <summary>Bytes of this phase.</summary>
    public long BytesTotal { get; }

    /// <summary>For people: what is running, and how far it is.</summary>
    public override string ToString() => $"{Phase}: {BytesDone} of {BytesTotal} bytes";
}
