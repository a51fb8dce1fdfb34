namespace ModelPack.IO;

/// <summary>The memory that a step of a conversion leaves behind.</summary>
internal static class SpentMemory
{
    private const string OwnProcess = "ModelPack.OwnProcess";
    private const int Many = 1 << 15;
    private const int ManyBytes = 16 << 20;

    /// <summary>Whether the process is there for conversions only, as that of the tool is (its project file says so). The memory of any
    /// other process is its own business.</summary>
    public static bool IsGivenBack => AppContext.TryGetSwitch(OwnProcess, out bool own) && own;

    /// <summary>
    /// Gives memory back after a step of which nothing is left but its result. With very many tensors, or a large vocabulary, that is as
    /// much as all that is in use, and the collector, which waits for as much again, would let it lie. Other models are not worth its time.
    /// </summary>
    /// <param name="tensors">Number of tensors.</param>
    /// <param name="beside">Number of bytes beside them.</param>
    public static void GiveBack(int tensors, long beside)
    {
        if ((tensors >= Many || beside >= ManyBytes) && IsGivenBack)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
