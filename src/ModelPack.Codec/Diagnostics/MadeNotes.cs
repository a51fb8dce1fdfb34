using System.Collections.Concurrent;

namespace ModelPack.Diagnostics;

/// <summary>Sees every note where it is made, so that a test can compare those that were made with those that arrive.</summary>
internal static class MadeNotes
{
    private static readonly AsyncLocal<ConcurrentQueue<string>?> Listener = new();

    /// <summary>Collects the notes that are made from here on.</summary>
    public static ConcurrentQueue<string> Listen() => Listener.Value = new();

    /// <summary>Does what makes notes that nobody is to read: a derivation that is only compared with another.</summary>
    public static T Aside<T>(Func<T> work)
    {
        ConcurrentQueue<string>? listener = Listener.Value;
        Listener.Value = null;
        try
        {
            return work();
        }
        finally
        {
            Listener.Value = listener;
        }
    }

    public static void Add(string note) => Listener.Value?.Enqueue(note);
}
