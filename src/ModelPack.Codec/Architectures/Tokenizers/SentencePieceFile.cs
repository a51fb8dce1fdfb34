using System.Buffers.Binary;
using System.Text;
using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Writes tokenizer.model (hf-companions.md §2.3): the one file that keeps scores and types; tokenizer.json has only their
/// order.</summary>
internal static class SentencePieceFile
{
    private const int Bpe = 2;
    private const int None = -1;

    private enum Wire
    {
        Varint = 0,
        Bytes = 2,
        Fixed32 = 5,
    }

    public static void Derive(TokenizerSource source)
    {
        Vocabulary vocabulary = source.Vocabulary;
        Reading<bool> prefix = source.Keys.Bool(TokenizerKeys.AddSpacePrefix);
        if (vocabulary.Scores is not { } scores || prefix.Problem is not null)
        {
            source.Derivation.Refuse(CompanionNames.SentencePieceModel, prefix.Problem ?? $"{TokenizerKeys.Scores} is missing");
            return;
        }

        Message model = new();
        for (int id = 0; id < vocabulary.Tokens.Length; id++)
        {
            Message piece = new();
            piece.Bytes(1, Encoding.UTF8.GetBytes(vocabulary.Tokens[id]));
            piece.Single(2, scores[id]);
            if (vocabulary.Kinds[id] != TokenKind.Normal)
            {
                piece.Number(3, (int)vocabulary.Kinds[id]);
            }

            model.Bytes(1, piece.Written);
        }

        model.Bytes(2, Trainer(source).Written);
        model.Bytes(3, Normalizer(prefix.IsAbsent || prefix.Value).Written);
        source.Derivation.Add(CompanionNames.SentencePieceModel, model.Written.ToArray());
        source.Derivation.Note(CompanionNames.SentencePieceModel, "the original's training options are lost", NoteRank.WithoutEffect);
    }

    private static Message Trainer(TokenizerSource source)
    {
        Message trainer = new();
        trainer.Number(3, Bpe);
        trainer.Number(4, source.Vocabulary.Tokens.Length);
        trainer.Number(35, source.Vocabulary.Kinds.Contains(TokenKind.Byte) ? 1 : 0);
        trainer.Number(40, source.Special.UnknownToken?.Id ?? None);
        trainer.Number(41, source.Special.BosToken?.Id ?? None);
        trainer.Number(42, source.Special.EosToken?.Id ?? None);
        trainer.Number(43, source.Special.All.GetValueOrDefault("pad_token")?.Id ?? None);
        return trainer;
    }

    private static Message Normalizer(bool spacePrefix)
    {
        Message normalizer = new();
        normalizer.Bytes(1, "identity"u8);
        normalizer.Number(3, spacePrefix ? 1 : 0);
        normalizer.Number(4, 0);
        normalizer.Number(5, 1);
        return normalizer;
    }

    /// <summary>A protobuf message.</summary>
    private sealed class Message
    {
        private const int WireBits = 3;

        private readonly MemoryStream stream = new();

        public ReadOnlySpan<byte> Written => stream.GetBuffer().AsSpan(0, (int)stream.Length);

        public void Number(int field, int number)
        {
            Tag(field, Wire.Varint);
            Varint(unchecked((ulong)(long)number));
        }

        public void Single(int field, float number)
        {
            Tag(field, Wire.Fixed32);
            Span<byte> bytes = stackalloc byte[sizeof(float)];
            BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
            stream.Write(bytes);
        }

        public void Bytes(int field, ReadOnlySpan<byte> bytes)
        {
            Tag(field, Wire.Bytes);
            Varint((ulong)bytes.Length);
            stream.Write(bytes);
        }

        private void Tag(int field, Wire wire) => Varint(((ulong)field << WireBits) | (uint)wire);

        private void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                stream.WriteByte((byte)(value | 0x80));
            }

            stream.WriteByte((byte)value);
        }
    }
}
