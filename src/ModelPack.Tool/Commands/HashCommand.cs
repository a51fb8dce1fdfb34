using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using ModelPack.Diagnostics;
using ModelPack.Models;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Tool.Progress;
using ModelPack.Verification.Hashing;

namespace ModelPack.Tool.Commands;

/// <summary><c>hash FILE</c></summary>
internal static class HashCommand
{
    private const string GgufHash = "gguf-hash";

    public static Verb Create(ToolSession session)
    {
        Argument<string> file = Arguments.Path("FILE", "The model to hash. Every tensor is read once.");
        Option<string?> check = Arguments.File("--check", "Compare with the manifest FILE.");
        Option<string?> write = Arguments.File("--write", "Write the manifest to FILE instead of standard output.");
        Option<string> format = Arguments.Word(
            "--format",
            $"'manifest': hashes of each tensor and of the model that do not depend on the container; '{GgufHash}': the xxh64 and sha256 "
                + $"lines of llama.cpp's llama-gguf-hash.",
            "manifest", "manifest", GgufHash);
        Option<bool> sha256 = Arguments.Flag(
            "--sha256",
            "SHA-256 of every tensor and of the model too (slower). For a file that a stranger may have prepared: two files of one XXH128 "
                + "are made in an instant. --check compares it if the manifest has it.");
        Option<bool> force = Arguments.Flag("--force", "Replace the file that --write names if it exists.");
        Option<bool> alone = Arguments.Alone();
        Verb verb = new("hash", "Hash every tensor and the model, whatever the container.")
        {
            Synopsis = "FILE",
            Examples =
            [
                new("the hashes as a manifest", "dotnet modelpack hash model.gguf"),
                new("keep it", "dotnet modelpack hash model.gguf --write model.manifest"),
                new("for somebody else who gets the model from a stranger",
                    "dotnet modelpack hash model.gguf --sha256 --write model.manifest"),
                new("is the conversion still that model?", "dotnet modelpack hash model.apr --check model.manifest"),
                new("one hash for the whole model", "dotnet modelpack hash model.gguf --json | jq -r .model"),
                new("for users of llama.cpp", $"dotnet modelpack hash model.gguf --format {GgufHash}"),
            ],
            Outcomes =
            [
                new("0", "hashed, and as the manifest says if there is one"),
                new("1", "not as the manifest says; every tensor that differs is named"),
                .. StandardOutcomes.All,
            ],
        };
        verb.Arguments.Add(file);
        verb.Options.Add(check);
        verb.Options.Add(write);
        verb.Options.Add(format);
        verb.Options.Add(sha256);
        verb.Options.Add(alone);
        verb.Options.Add(force);
        verb.Validators.Add(result =>
        {
            bool isLines = result.GetValue(format) == GgufHash;
            if (isLines && result.GetValue(sha256))
            {
                result.AddError($"--format {GgufHash} prints SHA-256 already.");
            }

            if (new[] { result.GetValue(check) is not null, result.GetValue(write) is not null, isLines }.Count(chosen => chosen) > 1)
            {
                result.AddError($"Only one of --check, --write and --format {GgufHash} can be given.");
            }
        });
        verb.SetAction(parsed =>
        {
            string path = parsed.Model(session, file);
            ExistingTarget existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse;
            HashedModel model = new(path, parsed.Scope(alone), parsed.GetValue(sha256));
            session.Subject = path;
            return parsed.GetValue(check) is string manifest ? Check(session, model, manifest)
                : parsed.GetValue(write) is string target
                ? Write(session, model, target, ReportFile.Prepare(target, existing, path, model.Scope))
                : parsed.GetRequiredValue(format) == GgufHash ? Lines(session, model)
                : Show(session, model);
        });
        return verb;
    }

    private static int Show(ToolSession session, HashedModel model)
    {
        string path = model.Path;
        ModelHash hashes = Compute(session, model);
        session.PublishLines(() => HashManifest.Write(hashes), writer => HashJson.Write(writer, path, hashes));
        foreach (string note in hashes.Notes)
        {
            session.Console.Message($"{path}: {note}");
        }

        return ExitCode.Done;
    }

    private static int Write(ToolSession session, HashedModel model, string target, ReportFile manifest)
    {
        string path = model.Path;
        ModelHash hashes = Compute(session, model);
        manifest.Write(Encoding.UTF8.GetBytes(HashManifest.Write(hashes)), "the model is hashed");
        session.Publish(() => HashText.Written(path, target, hashes), writer => HashJson.Write(writer, path, hashes));
        return ExitCode.Done;
    }

    private static int Check(ToolSession session, HashedModel model, string manifest)
    {
        string path = model.Path;
        ModelHash expected = HashManifest.Read(manifest);
        ModelHash hashes = Compute(
            session, model with { Sha256 = model.Sha256 || expected.Sha256 is not null },
            found => !ManifestCheck.Compare(expected, found).IsEmpty);
        ImmutableArray<HashMismatch> mismatches = ManifestCheck.Compare(expected, hashes);
        session.Publish(
            () => HashText.Checked(path, manifest, hashes, mismatches),
            writer => HashJson.Write(writer, path, hashes, manifest, mismatches));
        return mismatches.IsEmpty ? ExitCode.Done : session.Fail(Failure.Of(NotAsManifest(path, mismatches), path), ReportState.Published);
    }

    private static int Lines(ToolSession session, HashedModel hashed)
    {
        string path = hashed.Path;
        ImmutableArray<string> lines;
        ImmutableArray<Note> notes;
        using (ModelFile model = ModelFiles.Open(path, hashed.Scope))
        using (ProgressDisplay progress = ProgressDisplay.For(session, "hash"))
        {
            model.CheckFooter(session.Cancellation);
            lines = GgufHashLines.Compute(model, path, progress, session.Cancellation);
            notes = [.. model.Notes.Where(note => note.Rank != NoteRank.WithoutEffect)];
        }

        session.PublishLines(
            () => string.Concat(lines.Select(line => $"{SafeText.Escape(line)}\n")),
            writer => HashJson.WriteLines(writer, path, lines, notes));

        // Whoever compares the lines with those of llama-gguf-hash reads standard output, which holds nothing else.
        foreach (Note note in notes)
        {
            session.Console.Message($"{path}: {NoteText.Of(note)}");
        }

        return ExitCode.Done;
    }

    // A hash vouches for what was damaged before (apr-v2.md R-FOOTER). Where it differs from another one, what differs says more.
    private static ModelHash Compute(ToolSession session, HashedModel hashed, Func<ModelHash, bool>? differs = null)
    {
        using ModelFile model = ModelFiles.Open(hashed.Path, hashed.Scope);
        using ProgressDisplay progress = ProgressDisplay.For(session, "hash");
        ModelHash hashes = hashed.Sha256
            ? ModelHash.ComputeWithSha256(model, progress, session.Cancellation)
            : ModelHash.Compute(model, progress, session.Cancellation);
        if (differs is null || !differs(hashes))
        {
            model.CheckFooter(session.Cancellation);
        }

        return hashes;
    }

    private static ModelPackException NotAsManifest(string path, ImmutableArray<HashMismatch> mismatches) =>
        new(ToolErrors.NotAsManifest,
            $"not as the manifest says: {Plural.Of(mismatches.Length, "difference")}; the first: {mismatches[0].Text}")
            {
                FilePath = path,
            };

    /// <summary>The model to hash.</summary>
    private sealed record HashedModel(string Path, PathScope Scope, bool Sha256);
}
