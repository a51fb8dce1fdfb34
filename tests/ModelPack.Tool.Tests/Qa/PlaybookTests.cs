using ModelPack.Qa.Playbooks;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>Playbooks of the public schema; every slip is an error with its line (qa-gates.md §2).</summary>
[TestClass]
public sealed class PlaybookTests
{
    private const string Sound = """
        name: p
        version: "1.0.0"
        model: { hf_repo: "org/name" }
        test_matrix: { modalities: [run], backends: [cpu] }

        """;

    [TestMethod]
    [DataRow("name: p", "name: P_", "MP7003", "line 1: name takes")]
    [DataRow("version: \"1.0.0\"", "version: 1.0", "MP7003", "line 2: version takes three numbers")]
    [DataRow("org/name", "org", "MP7003", "line 3: model.hf_repo takes org/name")]
    [DataRow("model: { hf_repo: \"org/name\" }", "model: {}", "MP7003", "model.hf_repo is missing")]
    [DataRow("modalities: [run], ", "", "MP7003", "test_matrix.modalities is missing")]
    [DataRow("[run]", "[walk]", "MP7003", "line 4: test_matrix.modalities takes run, chat, serve, not 'walk'")]
    [DataRow("[cpu] }", "[cpu] }\nfailure_policy: never", "MP7003", "line 5: failure_policy takes")]
    [DataRow("[cpu] }", "[cpu] }\ncontract_test: {}", "MP7002", "line 5: there is no key 'contract_test'")]
    [DataRow("[cpu] }", "[cpu] }\ndifferential_tests:\n  fingerprints: {}", "MP7002", "line 6: there is no key 'differential_tests.fing")]
    [DataRow("[cpu] }", "[cpu] }\ncontract_tests: { invariants: [I-6] }", "MP7003", "not 'I-6'")]
    [DataRow("[cpu] }", "[cpu] }\ndifferential_tests: { fingerprint: { enabled: maybe } }", "MP7003", "takes true or false")]
    [DataRow("[cpu] }", "[cpu] }\ndifferential_tests: { inference_compare: { enabled: on, max_tokens: x } }", "MP7003", "a whole number")]
    [DataRow("[run]", "[]", "MP7003", "test_matrix.modalities is missing")]
    [DataRow("[cpu]", "[]", "MP7003", "test_matrix.backends is missing")]
    [DataRow("[cpu] }", "[cpu], scenario_count: many }", "MP7003", "line 4: test_matrix.scenario_count takes a whole number")]
    [DataRow("[cpu] }", "[cpu], seed: x }", "MP7003", "line 4: test_matrix.seed takes a number")]
    [DataRow("[cpu] }", "[cpu] }\nprofile_ci: { warmup: 1.5 }", "MP7003", "line 5: profile_ci.warmup takes a whole number")]
    [DataRow("[cpu] }", "[cpu] }\nprofile_ci: { assertions: { max_p99_ms: fast } }", "MP7003", "max_p99_ms takes a number")]
    [DataRow("[cpu] }", "[cpu] }\nprofile_ci: { gates: [''] }", "MP7003", "line 5: profile_ci.gates takes a list of words")]
    [DataRow("[cpu] }", "[cpu] }\nprofile_ci: { gates: [[a]] }", "MP7003", "line 5: profile_ci.gates takes a list of words")]
    [DataRow("[cpu] }", "[cpu] }\nprofile_ci: { gates: a }", "MP7003", "line 5: profile_ci.gates takes a list")]
    [DataRow("name: p", "name: p\nname: p", "MP7001", "line 2")]
    [DataRow("name: p", "name: [", "MP7001", "line")]
    [DataRow("name: p", "name: &a p\ndescription: *a", "MP7001", "an alias")]
    [DataRow("name: p", "metadata: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "MP7001", "levels")]
    [DataRow("name: p", "name: !!python/object:os.system p", "MP7001", "line 1: a tag")]
    [DataRow("version: \"1.0.0\"", "version: !!str 1.0.0", "MP7001", "line 2: a tag")]
    [DataRow("[cpu] }", "[cpu], seed: 1, seed: 2 }", "MP7001", "line 4")]
    [DataRow("[cpu] }", "[cpu] }\n---\nname: q", "MP7001", "it is not one mapping")]
    [DataRow("[cpu] }", "[cpu] }\n<<: { name: q }", "MP7002", "there is no key '<<'")]
    [DataRow("[cpu] }", "[cpu] }\n? [a, b]\n: c", "MP7002", "there is no key ''")]
    public void A_slip_is_an_error_with_its_line(string old, string slip, string code, string message)
    {
        using TestFolder folder = new();
        string path = folder.Write("p.yaml", System.Text.Encoding.UTF8.GetBytes(Sound.Replace(old, slip)));
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => PlaybookReader.Read(path));
        Assert.AreEqual(code, exception.Code.Id, exception.Message);
        Assert.Contains(message, exception.Detail);
        Assert.AreEqual(path, exception.FilePath);
    }

    [TestMethod]
    [DataRow("reference: ../r.json", "below the folder")]
    [DataRow("reference: /etc/r.json", "below the folder")]
    [DataRow("reference: a/../../r.json", "below the folder")]
    [DataRow("reference: 'C:r.json'", "below the folder")]
    [DataRow("reference: 'a\\r.json'", "below the folder")]
    [DataRow("reference: ''", "below the folder")]
    [DataRow("tolerance: { layernorm: .nan }", "takes a number")]
    public void What_a_playbook_names_lies_beside_it_and_a_tolerance_is_a_number(string line, string message)
    {
        using TestFolder folder = new();
        string path = folder.Write("p.yaml", System.Text.Encoding.UTF8.GetBytes(
            Sound + $"differential_tests:\n  validate_stats:\n    enabled: on\n    {line}\n"));
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => PlaybookReader.Read(path));
        Assert.AreEqual("MP7003", exception.Code.Id);
        Assert.Contains("line 8", exception.Detail);
        Assert.Contains(message, exception.Detail);
    }

    [TestMethod]
    [DataRow('[')]
    [DataRow('{')]
    [DataRow('-')]
    [DataRow('&')]
    [DataRow('x')]
    [DataRow('"')]
    [DataRow('?')]
    [DataRow('#')]
    [DataRow('%')]
    [DataRow(':')]
    public void A_megabyte_of_one_letter_is_refused_in_few_words(char letter)
    {
        using TestFolder folder = new();
        foreach (string text in new[] { new string(letter, 1 << 20), string.Concat(Enumerable.Repeat($"{letter} ", 1 << 19)) })
        {
            string path = folder.Write("p.yaml", System.Text.Encoding.UTF8.GetBytes(text));
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => PlaybookReader.Read(path));
            Assert.StartsWith("MP70", exception.Code.Id);
            Assert.IsLessThan(700, exception.Detail.Length);
        }
    }

    [TestMethod]
    public void A_long_value_is_not_repeated_and_a_large_file_is_not_read()
    {
        using TestFolder folder = new();
        string path = folder.Write(
            "p.yaml", System.Text.Encoding.UTF8.GetBytes(Sound + $"failure_policy: {new string('x', 100_000)}"));
        Assert.IsLessThan(300, Assert.ThrowsExactly<ModelPackException>(() => PlaybookReader.Read(path)).Detail.Length);
        path = folder.Write("q.yaml", new byte[(1 << 20) + 1]);
        Assert.Contains("larger than", Assert.ThrowsExactly<ModelPackException>(() => PlaybookReader.Read(path)).Detail);
    }

    [TestMethod]
    public void Groups_that_are_on_are_read_and_the_others_are_not()
    {
        using TestFolder folder = new();
        string path = folder.Write("p.yaml", System.Text.Encoding.UTF8.GetBytes(Sound + """
            differential_tests:
              tensor_diff: { enabled: "true", filter: "embed,lm_head", gates: [F-ROSETTA-DIFF-001] }
              fingerprint: { enabled: false }
              validate_stats: { gates: [F-ROSETTA-STATS-001] }
            profile_ci: { enabled: "true", gates: [F-PROFILE-CI-001] }
            oracles: [ { type: garbage } ]
            falsification_gates: [ { id: F-QUAL-001, description: d, condition: c } ]
            """));
        Playbook playbook = PlaybookReader.Read(path);
        Assert.AreEqual(("org", "name", FailurePolicy.StopOnP0), (playbook.Organization, playbook.Model, playbook.Policy));
        Assert.AreEqual("embed,lm_head", playbook.TensorDiff!.Filter);
        Assert.IsNull(playbook.Fingerprint);
        Assert.IsNull(playbook.ValidateStats);
        Assert.AreEqual("falsification_gates,oracles,profile_ci", string.Join(',', playbook.NeedEngine.Select(group => group.Name)));
    }
}
