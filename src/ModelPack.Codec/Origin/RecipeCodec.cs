using System.Collections.Immutable;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Origin;

/// <summary>The binary form of a recipe in an origin record: a kind, its numbers, the recipes inside.</summary>
internal static class RecipeCodec
{
    // docs/origin-record.md, Recipes.
    private enum Kind : byte
    {
        Stored = 0,
        Literal = 1,
        Taken = 2,
        Joined = 3,
        Exchanged = 4,
        Reversed = 5,
        Widened = 6,
        Narrowed = 7,
        Shifted = 8,
        Computed = 9,
        Nibbles = 10,
        Unsigned = 11,
    }

    // A count is believed as far as parts follow; the experts of a stack are fewer.
    private const int LikelyParts = 256;

    public static void Write(BodyWriter body, PayloadRecipe recipe)
    {
        switch (recipe)
        {
            case StoredPayload stored:
                Put(body, Kind.Stored, stored.Tensor, stored.Bytes);
                break;
            case LiteralPayload literal:
                Put(body, Kind.Literal);
                body.PutBytes(literal.Bytes.Span);
                break;
            case TakenPayload taken:
                Put(body, Kind.Taken, taken.Start, taken.Size, taken.Stride, taken.Count);
                break;
            case JoinedPayload joined:
                Put(body, Kind.Joined, joined.Count, joined.Parts.Length);
                break;
            case ExchangedPayload exchanged:
                Put(body, Kind.Exchanged, exchanged.Outer, exchanged.Rows, exchanged.Columns, exchanged.UnitBytes);
                break;
            case ReversedPayload reversed:
                Put(body, Kind.Reversed, (int)reversed.Type);
                break;
            case WidenedPayload widened:
                Put(body, Kind.Widened, (int)widened.Type);
                break;
            case NarrowedPayload narrowed:
                Put(body, Kind.Narrowed, (int)narrowed.Type);
                break;
            case ShiftedPayload shifted:
                Put(body, Kind.Shifted, BitConverter.SingleToUInt32Bits(shifted.Addend));
                break;
            case ComputedPayload computed:
                Put(body, Kind.Computed, (byte)computed.Function);
                break;
            case NibblesPayload nibbles:
                Put(body, Kind.Nibbles, nibbles.BlockBytes, nibbles.Apart ? 1 : 0);
                break;
            case UnsignedPayload:
                Put(body, Kind.Unsigned);
                break;
            default:
                throw new InvalidOperationException($"a {recipe.GetType().Name} has no binary form");
        }

        foreach (PayloadRecipe inner in recipe.Inner)
        {
            Write(body, inner);
        }
    }

    /// <summary>Whether two recipes are the same, step by step.</summary>
    public static bool IsSameAs(this PayloadRecipe recipe, PayloadRecipe other) =>
        recipe is StoredPayload || other is StoredPayload ? recipe == other : ToBytes(recipe).AsSpan().SequenceEqual(ToBytes(other));

    /// <summary>The binary form by itself, by which two recipes can be compared.</summary>
    public static byte[] ToBytes(PayloadRecipe recipe)
    {
        BodyWriter body = new();
        Write(body, recipe);
        return body.ToArray();
    }

    /// <exception cref="InvalidDataException">It breaks the layout. Whether its numbers belong together is for <see cref="RecipeRules"/> to
    /// say.</exception>
    public static PayloadRecipe Read(BodyReader body, RecordBudget budget) => Read(body, RecipeRules.MaximumDepth, budget);

    private static PayloadRecipe Read(BodyReader body, int depth, RecordBudget budget)
    {
        if (depth == 0)
        {
            throw new InvalidDataException($"a recipe is more than {RecipeRules.MaximumDepth} steps deep");
        }

        budget.TakeRecipes(1);
        Kind kind = body.TakeEnum<Kind>();
        return kind switch
        {
            Kind.Stored => new StoredPayload(body.TakeInt(), body.TakeVarint()),
            Kind.Literal => new LiteralPayload(body.TakeBytes(body.TakeInt())),
            Kind.Taken => ReadTaken(body, depth - 1, budget),
            Kind.Joined => ReadJoined(body, depth - 1, budget),
            Kind.Exchanged => ReadExchanged(body, depth - 1, budget),
            Kind.Reversed => ReadTyped(body, depth - 1, budget, (of, type) => new ReversedPayload(of, type)),
            Kind.Widened => ReadTyped(body, depth - 1, budget, (of, type) => new WidenedPayload(of, type)),
            Kind.Narrowed => ReadTyped(body, depth - 1, budget, (of, type) => new NarrowedPayload(of, type)),
            Kind.Shifted => ReadShifted(body, depth - 1, budget),
            Kind.Computed => ReadComputed(body, depth - 1, budget),
            Kind.Nibbles => ReadNibbles(body, depth - 1, budget),
            _ => new UnsignedPayload(Read(body, depth - 1, budget)),
        };
    }

    private static TakenPayload ReadTaken(BodyReader body, int depth, RecordBudget budget)
    {
        (long start, long size, long stride, long count) = (body.TakeVarint(), body.TakeVarint(), body.TakeVarint(), body.TakeVarint());
        return new(Read(body, depth, budget), start, size, stride, count);
    }

    private static JoinedPayload ReadJoined(BodyReader body, int depth, RecordBudget budget)
    {
        long count = body.TakeVarint();
        int parts = body.TakeInt();
        ImmutableArray<PayloadRecipe>.Builder read = ImmutableArray.CreateBuilder<PayloadRecipe>(Math.Min(parts, LikelyParts));
        for (int i = 0; i < parts; i++)
        {
            read.Add(Read(body, depth, budget));
        }

        return new(read.ToImmutable(), count);
    }

    private static ExchangedPayload ReadExchanged(BodyReader body, int depth, RecordBudget budget)
    {
        (long outer, long rows, long columns, long unit) = (body.TakeVarint(), body.TakeVarint(), body.TakeVarint(), body.TakeVarint());
        return new(Read(body, depth, budget), outer, rows, columns, unit);
    }

    private static ShiftedPayload ReadShifted(BodyReader body, int depth, RecordBudget budget)
    {
        float addend = BitConverter.UInt32BitsToSingle(checked((uint)body.TakeVarint()));
        return new(Read(body, depth, budget), addend);
    }

    private static ComputedPayload ReadComputed(BodyReader body, int depth, RecordBudget budget)
    {
        NumberFunction function = body.TakeEnum<NumberFunction>();
        return new(Read(body, depth, budget), function);
    }

    private static NibblesPayload ReadNibbles(BodyReader body, int depth, RecordBudget budget)
    {
        (long block, long direction) = (body.TakeVarint(), body.TakeVarint());
        return direction is 0 or 1 ? new(Read(body, depth, budget), block, direction == 1)
            : throw new InvalidDataException($"{direction} is no direction of moving codes");
    }

    private static PayloadRecipe ReadTyped(
        BodyReader body, int depth, RecordBudget budget, Func<PayloadRecipe, TensorType, PayloadRecipe> make)
    {
        int number = body.TakeInt();
        return number < TensorTypes.All.Count
            ? make(Read(body, depth, budget), (TensorType)number)
            : throw new InvalidDataException($"{number} is no tensor type");
    }

    private static void Put(BodyWriter body, Kind kind, params ReadOnlySpan<long> numbers)
    {
        body.PutByte((byte)kind);
        foreach (long number in numbers)
        {
            body.PutVarint(number);
        }
    }
}
