using System.Collections.Immutable;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

/// <summary>Matrices on their way through conversions: each one moves numbers as some family of models has them moved, and can be
/// undone.</summary>
internal sealed class RandomMoves(int seed)
{
    private const int UnitBytes = 2;
    private const int Side = 24;

    private readonly Random random = new(seed);

    /// <summary>The matrix that everything begins with.</summary>
    public byte[] Payload { get; } = Bytes(seed);

    /// <summary>The matrix, moved a number of times.</summary>
    /// <param name="moves">How often.</param>
    /// <param name="simplify">What is done to each recipe after each move.</param>
    public MovedMatrices Move(int moves, Func<PayloadRecipe, PayloadRecipe> simplify)
    {
        MovedMatrices moved = new(
            [new(new StoredPayload(0, Payload.Length), Side, Side)], ImmutableStack<Func<MovedMatrices, MovedMatrices>>.Empty);
        for (int i = 0; i < moves; i++)
        {
            moved = Next(moved).Each(simplify);
        }

        return moved;
    }

    private MovedMatrices Next(MovedMatrices moved)
    {
        (long rows, long columns) = (moved.Matrices[0].Rows, moved.Matrices[0].Columns);
        long parts = random.Next(2, 4);
        return random.Next(5) switch
        {
            0 when rows > 1 && columns % parts == 0 => moved.Split(parts, rows),
            1 when rows % parts == 0 => moved.Split(parts, 1),
            2 when moved.Undo.IsEmpty => moved.Exchange(parts, 2, rows / 2 / parts, columns * UnitBytes),
            3 when moved.Undo.IsEmpty => moved.Exchange(1, parts, rows / parts, columns * UnitBytes),
            _ => moved.Exchange(1, rows, columns, UnitBytes),
        };
    }

    private static byte[] Bytes(int seed)
    {
        byte[] bytes = new byte[Side * Side * UnitBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A matrix and how it is made.</summary>
    internal sealed record Matrix(PayloadRecipe Recipe, long Rows, long Columns);

    /// <summary>Equal matrices, and what undoes the moves that they are made by, the last one first.</summary>
    internal sealed record MovedMatrices(ImmutableArray<Matrix> Matrices, ImmutableStack<Func<MovedMatrices, MovedMatrices>> Undo)
    {
        public MovedMatrices Each(Func<PayloadRecipe, PayloadRecipe> change) =>
            this with { Matrices = [.. Matrices.Select(matrix => matrix with { Recipe = change(matrix.Recipe) })] };

        /// <summary>Columns, if there is a group for each row, or rows, if there is one, dealt out to several matrices.</summary>
        public MovedMatrices Split(long parts, long groups)
        {
            IEnumerable<Matrix> Parts(Matrix whole)
            {
                long run = whole.Recipe.Length / parts / groups;
                (long rows, long columns) = groups == 1 ? (whole.Rows / parts, whole.Columns) : (whole.Rows, whole.Columns / parts);
                return Enumerable.Range(0, (int)parts)
                    .Select(part => new Matrix(new TakenPayload(whole.Recipe, part * run, run, parts * run, groups), rows, columns));
            }

            Matrix Whole(Matrix[] split) => new(
                new JoinedPayload([.. split.Select(part => part.Recipe)], groups),
                groups == 1 ? split[0].Rows * parts : split[0].Rows,
                groups == 1 ? split[0].Columns : split[0].Columns * parts);
            return new(
                [.. Matrices.SelectMany(Parts)],
                Undo.Push(moved => moved with { Matrices = [.. moved.Matrices.Chunk((int)parts).Select(Whole)] }));
        }

        public MovedMatrices Exchange(long outer, long rows, long columns, long unit)
        {
            bool isTransposed = unit == UnitBytes;
            ImmutableArray<Matrix> Exchanged(ImmutableArray<Matrix> matrices, long from, long to) =>
                [.. matrices.Select(matrix => new Matrix(
                    new ExchangedPayload(matrix.Recipe, outer, from, to, unit),
                    isTransposed ? matrix.Columns : matrix.Rows,
                    isTransposed ? matrix.Rows : matrix.Columns))];
            return new(
                Exchanged(Matrices, rows, columns), Undo.Push(moved => moved with { Matrices = Exchanged(moved.Matrices, columns, rows) }));
        }
    }
}
