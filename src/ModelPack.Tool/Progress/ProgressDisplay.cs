using ModelPack.Tool.Output;

namespace ModelPack.Tool.Progress;

/// <summary>Shows on standard error how far a verb is: a bar on a terminal, else a line now and then.</summary>
internal abstract class ProgressDisplay : IProgress<ConversionProgress>, IDisposable
{
    public static ProgressDisplay For(ToolSession session, string verb) =>
        Console.IsErrorRedirected || Screen.IsDumb
            ? new ProgressLines(session.Console.Error, verb, TimeProvider.System)
            : new ProgressBar(session.Console.Error, verb);

    public abstract void Report(ConversionProgress value);

    public abstract void Dispose();

    /// <summary>What is going on: a verb that writes has two phases, one that only reads goes by its own name.</summary>
    protected static string Label(string verb, ConversionPhase phase) => verb is not ("convert" or "roundtrip") ? verb : phase switch
    {
        ConversionPhase.Writing => "convert",
        ConversionPhase.Making => "make",
        ConversionPhase.Proving => "prove",
        _ => throw new ArgumentOutOfRangeException(nameof(phase)),
    };
}
