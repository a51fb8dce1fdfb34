using ModelPack.IO.Output;

namespace ModelPack.Codec.Tests.IO.Output;

/// <summary>What happens at an operation.</summary>
internal enum Fault
{
    /// <summary>The process ends: neither this operation nor any after it is done, clean-up included.</summary>
    Stop,

    /// <summary>The operation fails, and no other.</summary>
    Fail,

    /// <summary>The operation fails, and all after it: the disk is gone.</summary>
    FailFromThere,

    /// <summary>The operation and the next fail, and no other: what was begun is not put back, and all could be removed.</summary>
    FailTwice,
}

/// <summary>Operations on names, one of which goes wrong. Nothing is really flushed: no test takes the power away.</summary>
internal sealed class StoppingChanges(int number = 0, Fault fault = Fault.Stop) : NameChanges
{
    private int seen;

    /// <summary>Whether the operation came.</summary>
    public bool WasReached => number > 0 && seen >= number;

    public List<string> Log { get; } = [];

    protected override bool Flushes => false;

    protected override void Before(string operation, string path)
    {
        seen++;
        Log.Add($"{operation} {path}");
        if (seen == number || (seen == number + 1 && number > 0 && fault == Fault.FailTwice)
            || (seen > number && number > 0 && fault is not (Fault.Fail or Fault.FailTwice)))
        {
            throw fault == Fault.Stop ? new StoppedException() : new IOException($"{operation} fails here");
        }
    }
}

internal sealed class StoppedException : Exception;
