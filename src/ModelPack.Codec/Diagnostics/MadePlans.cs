using System.Collections.Concurrent;

namespace ModelPack.Diagnostics;

/// <summary>Sees every plan for an output where it is made, so that a test can count them.</summary>
internal static class MadePlans
{
    private static readonly AsyncLocal<ConcurrentQueue<string>?> Listener = new();

    /// <summary>Collects the names of the plans that are made from here on.</summary>
    public static ConcurrentQueue<string> Listen() => Listener.Value = new();

    public static void Add(string plan) => Listener.Value?.Enqueue(plan);
}
