using System.Text;
using System.Text.Unicode;
using ModelPack.Formats;
using ModelPack.IO.Json;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>A piece: its type has the numbers of <see cref="TokenKind"/>.</summary>
internal readonly record struct SentencePiece(string Text, float Score, TokenKind Kind);

/// <summary>The ids that a SentencePiece model names itself; -1 for none.</summary>
internal sealed record PieceRoles(int Unknown, int Bos, int Eos, int Padding);

/// <summary>tokenizer.model: the protobuf message of a SentencePiece model (sentencepiece_model.proto).</summary>
internal sealed record SentencePieceModel(
    string File, IReadOnlyList<SentencePiece> Pieces, SentencePieceKind Kind, PieceRoles Roles, bool AddsSpacePrefix,
    bool RemovesExtraSpaces, byte[] Charsmap)
{
    public static SentencePieceModel Read(Companion companion)
    {
        string file = companion.Name;
        if (companion.Bytes.Length > CompanionText.MostListBytes)
        {
            throw TooLarge.At(file, $"the file has {companion.Bytes.Length} bytes, more than {CompanionText.MostListBytes}");
        }

        List<SentencePiece> pieces = [];
        Trainer trainer = new();
        Normalizer normalizer = new();
        ProtobufReader reader = new(file, companion.Bytes.Span, 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    pieces.Add(ReadPiece(reader.Inner("pieces"), pieces.Count));
                    break;
                case 2:
                    trainer.Read(reader.Inner("trainer_spec"));
                    break;
                case 3:
                    normalizer.Read(reader.Inner("normalizer_spec"));
                    break;
            }
        }

        if (pieces.Count == 0)
        {
            throw Protobuf.At(file, "there are no pieces");
        }

        PieceRoles roles = new(trainer.Unknown, trainer.Bos, trainer.Eos, trainer.Padding);
        return new SentencePieceModel(
            file, pieces, trainer.Kind, roles, normalizer.DummyPrefix, normalizer.RemoveExtra, normalizer.Charsmap);
    }

    private static SentencePiece ReadPiece(ProtobufReader reader, int id)
    {
        string? text = null;
        float score = 0;
        int kind = (int)TokenKind.Normal;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    ReadOnlySpan<byte> bytes = reader.Content("piece");
                    text = Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw reader.Broken($"piece {id} is not UTF-8");
                    break;
                case 2:
                    score = reader.Single("score");
                    break;
                case 3:
                    kind = reader.Integer("type");
                    break;
            }
        }

        if (kind is < (int)TokenKind.Normal or > (int)TokenKind.Byte)
        {
            throw reader.Broken($"type {kind} of piece {id} does not exist");
        }

        return float.IsFinite(score) && text is not null
            ? new SentencePiece(text, score, (TokenKind)kind)
            : throw reader.Broken(text is null ? $"piece {id} has no text" : $"the score of piece {id} is not finite");
    }

    private sealed class Trainer
    {
        public SentencePieceKind Kind { get; private set; } = SentencePieceKind.Unigram;

        public int Unknown { get; private set; }

        public int Bos { get; private set; } = 1;

        public int Eos { get; private set; } = 2;

        public int Padding { get; private set; } = -1;

        public void Read(ProtobufReader reader)
        {
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 3:
                        Kind = (SentencePieceKind)reader.Integer("model_type");
                        break;
                    case 24 when reader.Flag("treat_whitespace_as_suffix"):
                        throw reader.Broken("treat_whitespace_as_suffix is true, which no key says");
                    case 40:
                        Unknown = reader.Integer("unk_id");
                        break;
                    case 41:
                        Bos = reader.Integer("bos_id");
                        break;
                    case 42:
                        Eos = reader.Integer("eos_id");
                        break;
                    case 43:
                        Padding = reader.Integer("pad_id");
                        break;
                }
            }
        }
    }

    private sealed class Normalizer
    {
        public bool DummyPrefix { get; private set; } = true;

        public bool RemoveExtra { get; private set; } = true;

        public byte[] Charsmap { get; private set; } = [];

        public void Read(ProtobufReader reader)
        {
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 2:
                        Charsmap = reader.Content("precompiled_charsmap").ToArray();
                        break;
                    case 3:
                        DummyPrefix = reader.Flag("add_dummy_prefix");
                        break;
                    case 4:
                        RemoveExtra = reader.Flag("remove_extra_whitespaces");
                        break;
                    case 5 when !reader.Flag("escape_whitespaces"):
                        throw reader.Broken("escape_whitespaces is false, which no key says");
                }
            }
        }
    }
}

/// <summary><c>model_type</c> of a trainer_spec.</summary>
internal enum SentencePieceKind
{
    Unigram = 1,
    Bpe = 2,
    Word = 3,
    Char = 4,
}
