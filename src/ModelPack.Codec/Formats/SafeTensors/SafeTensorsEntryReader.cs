using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Tensors;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Parses one tensor entry: exactly the fields dtype, shape and data_offsets, in any order.</summary>
internal struct SafeTensorsEntryReader
{
    private readonly string name;
    private TensorType? type;
    private readonly ShapeCache shapes;
    private ImmutableArray<long> shape;
    private (ulong Begin, ulong End)? range;
    private int shapePosition;
    private int rangePosition;

    private SafeTensorsEntryReader(string name, ShapeCache shapes) => (this.name, this.shapes) = (name, shapes);

    public static SafeTensorsEntry Read(ref StrictJson json, ReadOnlySpan<byte> header, string name, ShapeCache shapes)
    {
        json.Next();
        if (json.Token == JsonTokenType.StartArray)
        {
            throw json.Error(SafeTensorsErrors.EntryIsArray, "the entry is an array instead of an object", json.Position, name);
        }

        json.Expect(JsonTokenType.StartObject, "the entry", name);
        SafeTensorsEntryReader entry = new(name, shapes);
        while (json.Next() && json.Token == JsonTokenType.PropertyName)
        {
            entry.ReadField(ref json, header);
        }

        if (entry.type is not { } type || entry.range is not { } range || entry.shape.IsDefault)
        {
            string missing = entry.type is null ? "dtype" : entry.shape.IsDefault ? "shape" : "data_offsets";
            throw json.Error(SafeTensorsErrors.WrongStructure, $"the field {missing} is missing", json.Position, name);
        }

        return new SafeTensorsEntry(name, type, entry.shape, range.Begin, range.End, entry.shapePosition, entry.rangePosition);
    }

    private void ReadField(ref StrictJson json, ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> field = json.Utf8();
        if (field.SequenceEqual("dtype"u8))
        {
            RefuseSecond(type is not null, "dtype", ref json);
            type = ReadType(ref json);
        }
        else if (field.SequenceEqual("shape"u8))
        {
            RefuseSecond(!shape.IsDefault, "shape", ref json);
            shape = ReadShape(ref json, header);
        }
        else if (field.SequenceEqual("data_offsets"u8))
        {
            RefuseSecond(range is not null, "data_offsets", ref json);
            range = ReadRange(ref json);
        }
        else
        {
            throw json.Error(SafeTensorsErrors.UnknownField, $"the field '{json.Text()}' is unknown", json.Position, name);
        }
    }

    private readonly void RefuseSecond(bool present, string field, ref StrictJson json)
    {
        if (present)
        {
            throw json.Error(SafeTensorsErrors.WrongStructure, $"the field {field} stands twice", json.Position, name);
        }
    }

    private readonly TensorType ReadType(ref StrictJson json)
    {
        json.Next(JsonTokenType.String, "dtype", name);
        return SafeTensorsTypes.TryGet(json.Utf8(), out TensorType found)
            ? found
            : throw json.Error(SafeTensorsErrors.UnknownType, $"the dtype '{json.Text()}' is unknown", json.Position, name);
    }

    private ImmutableArray<long> ReadShape(ref StrictJson json, ReadOnlySpan<byte> header)
    {
        json.Next(JsonTokenType.StartArray, "shape", name);
        shapePosition = (int)json.Position;

        // Any rank is legal (safetensors.md §2): the commas that are really there bound the array.
        ReadOnlySpan<byte> rest = header[json.Consumed..];
        int close = rest.IndexOf((byte)']');
        int rank = 1 + (close < 0 ? rest : rest[..close]).Count((byte)',');
        long[] dimensions = [];
        for (int i = 0; json.Next() && json.Token != JsonTokenType.EndArray; i++)
        {
            dimensions = i == 0 ? new long[rank] : dimensions;
            dimensions[i] = unchecked((long)ReadNumber(ref json, "a dimension"));
        }

        return shapes.Get(dimensions);
    }

    private (ulong Begin, ulong End) ReadRange(ref StrictJson json)
    {
        json.Next(JsonTokenType.StartArray, "data_offsets", name);
        rangePosition = (int)json.Position;
        json.Next();
        ulong begin = ReadNumber(ref json, "the first offset");
        json.Next();
        ulong end = ReadNumber(ref json, "the second offset");
        json.Next();
        return json.Token == JsonTokenType.EndArray
            ? (begin, end)
            : throw json.Error(SafeTensorsErrors.WrongStructure, "data_offsets has more than two values", json.Position, name);
    }

    private readonly ulong ReadNumber(ref StrictJson json, string what)
    {
        if (json.TryUnsigned(out ulong value))
        {
            return value;
        }

        json.Expect(JsonTokenType.Number, what, name);
        throw json.Error(SafeTensorsErrors.NotANumber, $"{what} is not a plain integer of 0 to 2^64-1", json.Position, name);
    }
}
