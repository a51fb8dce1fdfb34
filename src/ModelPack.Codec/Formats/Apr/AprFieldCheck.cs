using System.Text.Json;

namespace ModelPack.Formats.Apr;

/// <summary>Follows the known fields through the token stream and remembers what is wrong with the last occurrence of each: of duplicate
/// keys the last one counts.</summary>
internal sealed class AprFieldCheck
{
    private readonly (string Text, long Offset)?[] wrong = new (string, long)?[AprFields.All.Length];
    private readonly bool[] isNull = new bool[AprFields.All.Length];
    private readonly HashSet<string>[] spellings = new HashSet<string>[AprFields.All.Length];
    private readonly bool[] memberSeen = new bool[8];
    private readonly bool[] memberWrong = new bool[8];
    private AprField? field;
    private int member = -1;
    private long fieldOffset;

    /// <summary>A top-level key begins.</summary>
    public void OnKey(string key, long offset)
    {
        field = AprFields.Find(key);
        fieldOffset = offset;
        if ((field ?? AprFields.FindByAlias(key)) is { Aliases.IsEmpty: false } group)
        {
            (spellings[group.Position] ??= new HashSet<string>(StringComparer.Ordinal)).Add(key);
        }
    }

    /// <summary>The first token of a top-level value.</summary>
    public void OnValue(ref Utf8JsonReader reader)
    {
        if (field is null)
        {
            return;
        }

        isNull[field.Position] = reader.TokenType == JsonTokenType.Null;
        wrong[field.Position] = isNull[field.Position] || Fits(field.Kind, ref reader)
            ? null
            : ($"'{field.Name}' has to be {Words(field.Kind)}", fieldOffset);
        field = reader.TokenType == JsonTokenType.StartObject && !field.Members.IsEmpty ? field : null;
        if (field is not null)
        {
            Array.Clear(memberSeen);
            Array.Clear(memberWrong);
        }
    }

    /// <summary>A key one level down.</summary>
    public void OnMember(ref Utf8JsonReader reader)
    {
        member = -1;
        for (int i = 0; field is not null && i < field.Members.Length; i++)
        {
            if (reader.ValueTextEquals(field.Members[i].Name))
            {
                member = i;
                memberSeen[i] = true;
            }
        }
    }

    /// <summary>The first token of a value one level down.</summary>
    public void OnMemberValue(ref Utf8JsonReader reader)
    {
        if (field is not null && member >= 0)
        {
            AprMember known = field.Members[member];
            memberWrong[member] = !Fits(known.Kind, ref reader) && (known.IsMandatory || reader.TokenType != JsonTokenType.Null);
        }
    }

    /// <summary>A top-level object ends.</summary>
    public void OnObjectEnd()
    {
        for (int i = 0; field is not null && i < field.Members.Length; i++)
        {
            AprMember known = field.Members[i];
            if (memberWrong[i] || (known.IsMandatory && !memberSeen[i]))
            {
                string text = memberWrong[i] ? $"has to be {Words(known.Kind)}" : "is missing";
                wrong[field.Position] = ($"'{known.Name}' in '{field.Name}' {text}", fieldOffset);
            }
        }

        field = null;
    }

    /// <summary>The first known field whose last value has the wrong type.</summary>
    public (string Text, long Offset)? FirstWrong => wrong.FirstOrDefault(found => found is not null);

    /// <summary>Fields that are <c>null</c> although they are never absent.</summary>
    public IEnumerable<string> Nulls =>
        AprFields.All.Where(known => known.IsNeverAbsent && isNull[known.Position]).Select(known => known.Name);

    /// <summary>Fields that occur under more than one spelling.</summary>
    public IEnumerable<IEnumerable<string>> SpelledTwice => spellings.Where(names => names is { Count: > 1 });

    private static bool Fits(AprFieldKind kind, ref Utf8JsonReader reader) => kind switch
    {
        AprFieldKind.Text => reader.TokenType == JsonTokenType.String,
        AprFieldKind.Object => reader.TokenType == JsonTokenType.StartObject,
        AprFieldKind.Boolean => reader.TokenType is JsonTokenType.True or JsonTokenType.False,
        AprFieldKind.Number => reader.TokenType == JsonTokenType.Number,
        AprFieldKind.Integer => IsPlainInteger(ref reader) && reader.TryGetUInt64(out _),
        AprFieldKind.Byte => IsPlainInteger(ref reader) && reader.TryGetByte(out _),
        _ => throw new InvalidOperationException($"unknown field kind {kind}"),
    };

    /// <summary>aprender rejects an integer spelled <c>64.0</c> or <c>1e3</c> (apr-v2.md §7.1).</summary>
    private static bool IsPlainInteger(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && !reader.ValueSpan.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static string Words(AprFieldKind kind) => kind switch
    {
        AprFieldKind.Text => "a string",
        AprFieldKind.Integer => "a whole number from 0 to 2^64-1, written with digits only",
        AprFieldKind.Byte => "a whole number from 0 to 255, written with digits only",
        AprFieldKind.Number => "a number",
        AprFieldKind.Boolean => "true or false",
        _ => "an object",
    };
}
