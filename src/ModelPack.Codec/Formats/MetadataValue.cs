using System.Text;
using System.Text.Json;

namespace ModelPack;

/// <summary>A metadata value: its type, its bytes as stored, and ways to show it.</summary>
public abstract class MetadataValue
{
    private protected MetadataValue()
    {
    }

    /// <summary>Name of the type in the format's own words, for example <c>u32</c>, <c>array[string]</c> or <c>json number</c>.</summary>
    public abstract string TypeName { get; }

    /// <summary>The bytes of the value as they stand in the file. Two values are equal when type and bytes are.</summary>
    public abstract ReadOnlyMemory<byte> RawBytes { get; }

    /// <summary>The value as a text, if it is one and holds valid Unicode; else null.</summary>
    public virtual string? Text => null;

    /// <summary>The value as a text in UTF-8, if <see cref="Text"/> is one.</summary>
    internal virtual ReadOnlyMemory<byte>? TextUtf8 => Text is { } text ? Encoding.UTF8.GetBytes(text) : default(ReadOnlyMemory<byte>?);

    /// <summary>What a type's name does not say about why no call reads the value; nothing for most.</summary>
    internal virtual string WhyUnread => "";

    /// <summary>The texts of an array of texts that all hold valid Unicode; else null.</summary>
    internal virtual string[]? Strings => null;

    /// <summary>A whole number that fits; else null.</summary>
    internal virtual long? Int64 => null;

    /// <summary>The items of an array of whole numbers that all fit; else null.</summary>
    internal virtual long[]? Int64s => null;

    /// <summary>A number that a float64 holds; else null.</summary>
    internal virtual double? Double => null;

    /// <summary>The items of an array of numbers that a float64 holds; else null.</summary>
    internal virtual double[]? Doubles => null;

    /// <summary>A truth value; else null.</summary>
    internal virtual bool? Boolean => null;

    /// <summary>A text for people; arrays are cut after <paramref name="maxItems"/> items, and the cut is shown.</summary>
    internal abstract string Display(int maxItems = 8);

    /// <summary>A text for people; long arrays are cut, and the cut is shown.</summary>
    public override string ToString() => Display();

    /// <summary>Writes the value as JSON; what JSON cannot hold is written as an object that says so. Arrays are cut after
    /// <paramref name="maxItems"/>.</summary>
    internal abstract void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue);
}
