namespace ModelPack.Architectures;

/// <summary>What was found under a key: nothing, a value, or something that cannot be the value, with the reason.</summary>
internal readonly record struct Reading<T>
{
    private readonly bool isRead;

    public Reading(T value)
    {
        Value = value;
        isRead = true;
    }

    private Reading(string problem)
    {
        Value = default!;
        Problem = problem;
    }

    public static Reading<T> Absent => default;

    public bool IsRead => isRead;

    public bool IsAbsent => !isRead && Problem is null;

    /// <summary>The value, if it was read.</summary>
    public T Value { get; }

    /// <summary>Why the value cannot be used; names the key.</summary>
    public string? Problem { get; }

    public static Reading<T> Wrong(string problem) => new(problem);

    public bool TryGet(out T value)
    {
        value = Value;
        return isRead;
    }

    /// <summary>The reason why there is no value.</summary>
    public string Describe(string key) => Problem ?? $"{key} is missing";
}
