using System.Text;
using System.Text.Json;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>A metadata value: its type, its bytes as stored, and ways to show it.</summary>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// foreach ((string key, MetadataValue value) in model.Metadata)
/// {
///     Console.WriteLine(value.AsStrings() is { } texts ? $"{key}: {texts.Length} texts" : $"{key}: {value.TypeName} {value}");
/// }
/// </code>
/// </example>
public abstract class MetadataValue
{
    private protected MetadataValue()
    {
    }

    /// <summary>Name of the type in the format's own words, for example <c>u32</c>, <c>array[string]</c> or <c>json number</c>.</summary>
    public string TypeName => TypeNameCore;

    /// <summary>The bytes of the value as they stand in the file. Two values are equal when type and bytes are.</summary>
    public ReadOnlyMemory<byte> RawBytes => RawBytesCore;

    /// <summary>The value as a text, if it is one and holds valid Unicode; else null.</summary>
    public string? Text => TextCore;

    /// <summary>The texts of the value, if it is an array of texts that all hold valid Unicode; else null.</summary>
    public string[]? AsStrings() => Strings;

    private protected abstract string TypeNameCore { get; }

    private protected abstract ReadOnlyMemory<byte> RawBytesCore { get; }

    private protected virtual string? TextCore => null;

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
    public override string ToString() => SafeText.Escape(Display());

    /// <summary>Writes the value as JSON; what JSON cannot hold is written as an object that says so. Arrays are cut after
    /// <paramref name="maxItems"/>.</summary>
    internal abstract void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue);
}

/// <summary>One key with its value, in the order of the file.</summary>
internal sealed class MetadataEntry
{
    public MetadataEntry(string key, MetadataValue value)
    {
        Key = key;
        Value = value;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value with its type and raw bytes.</summary>
    public MetadataValue Value { get; }

    /// <summary>Takes the entry apart.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value with its type and raw bytes.</param>
    public void Deconstruct(out string key, out MetadataValue value) => (key, value) = (Key, Value);

    /// <summary>For people: key and value.</summary>
    public override string ToString() => SafeText.Escape($"{Key}: {Value}");
}
