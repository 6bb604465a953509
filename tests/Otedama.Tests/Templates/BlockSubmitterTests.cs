using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Tests.Wire;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>Found blocks on their way to nodes that misbehave.</summary>
public sealed class BlockSubmitterTests : IDisposable
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(200);

    private readonly TempFolder _directory = new();
    private readonly HeldClock _time = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ERROR{\"code\":-1,\"message\":\"internal\"}")]
    [InlineData("ERROR{\"code\":-7,\"message\":\"out of memory\"}")]
    [InlineData("ERROR{\"code\":-10,\"message\":\"initial download\"}")]
    [InlineData("ERROR{\"code\":-20,\"message\":\"disk full\"}")]
    [InlineData("ERROR{\"code\":-28,\"message\":\"Loading block index\"}")]
    [InlineData("ERROR{\"code\":-32603,\"message\":\"internal error\"}")]
    [InlineData("ERROR\"no code at all\"")]
    [InlineData("false")]
    [InlineData("17")]
    [InlineData("{\"neither\":1}")]
    public async Task What_is_no_word_on_the_block_is_asked_again_until_the_node_takes_it(string answer)
    {
        int asked = 0;
        // More refusals than one delivery has attempts, while templates come as ever: only the round after it gets through.
        await using FakeNode node = Node(_ => Interlocked.Increment(ref asked) <= 6 ? answer : "null");
        await using JobSource source = Start(node.Endpoint);
        Hash256 id = await FindAsync(source);
        await _time.UntilAsync(() => OutcomeOf(source, id) == SubmitOutcome.Accepted, s_step, TimeSpan.FromMinutes(10));
        Assert.Equal(7, asked);
        Assert.Equal((1L, 0L), (source.Blocks.History.AcceptedCount, source.Blocks.History.RefusedCount));
        await UntilKeptAsync($"000000432-{id}.accepted");
    }

    [Theory]
    [InlineData("\"bad-txnmrklroot\"")]
    [InlineData("\"rejected\"")]
    [InlineData("\"duplicate-invalid\"")]
    [InlineData("ERROR{\"code\":-22,\"message\":\"Block decode failed\"}")]
    [InlineData("ERROR{\"code\":-25,\"message\":\"bad-cb-amount\"}")]
    public async Task A_nodes_own_word_is_final(string answer)
    {
        int asked = 0;
        await using FakeNode node = Node(_ =>
        {
            asked++;
            return answer;
        });
        await using JobSource source = Start(node.Endpoint);
        Hash256 id = await FindAsync(source);
        await _time.UntilAsync(() => OutcomeOf(source, id) is not null, s_step, TimeSpan.FromMinutes(10));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal((SubmitOutcome.Rejected, 1), (OutcomeOf(source, id), asked));
        await UntilKeptAsync($"000000432-{id}.refused");
    }

    [Fact]
    public async Task An_inconclusive_block_is_not_filed_as_accepted()
    {
        await using FakeNode node = Node(static _ => "\"inconclusive\"");
        await using JobSource source = Start(node.Endpoint);
        Hash256 id = await FindAsync(source);
        await _time.UntilAsync(() => OutcomeOf(source, id) is not null, s_step, TimeSpan.FromMinutes(10));
        Assert.Equal(SubmitOutcome.Inconclusive, OutcomeOf(source, id));
        await UntilKeptAsync($"000000432-{id}.inconclusive");
        Assert.Equal(0, source.Blocks.History.AcceptedCount);
    }

    [Fact]
    public void A_node_that_hangs_holds_up_no_block_and_no_other_node()
    {
        ScriptedLink hung = ScriptedLink.Hung("hung");
        ScriptedLink good = ScriptedLink.Answering("good", static _ => "null");
        BlockSubmitter blocks = Submitter(hung, good);
        for (byte i = 1; i <= 40; i++)
        {
            Find(blocks, i);
        }
        Step(blocks.Keeper);
        Assert.Equal(Timeout.InfiniteTimeSpan, Step(blocks)); // nothing more by the clock
        Assert.Equal((40L, 40, 16), (blocks.History.AcceptedCount, good.Calls.Count, hung.Calls.Count));
        Assert.All(blocks.History.Recent, static found => Assert.Contains(found.Verdicts, static verdict => verdict.Node == "good"));
        Assert.Contains(blocks.History.Recent[0].Verdicts, static verdict => verdict.Node == "hung" && verdict.Reason.StartsWith("16 blocks wait", StringComparison.Ordinal));
    }

    [Fact]
    public void Nodes_wait_for_the_disk_until_it_has_the_block_and_no_longer_than_two_seconds()
    {
        ScriptedLink node = ScriptedLink.Answering("node", static _ => "null");
        BlockSubmitter blocks = Submitter(node);
        Hash256 kept = Find(blocks, 1);
        Assert.Equal(TimeSpan.FromSeconds(2), Step(blocks));
        Assert.Empty(node.Calls);
        Step(blocks.Keeper);
        Step(blocks);
        Assert.Single(node.Calls);

        Hash256 late = Find(blocks, 2); // the keeper's step hangs from here on
        _time.Advance(TimeSpan.FromSeconds(1.999));
        Step(blocks);
        Assert.Single(node.Calls);
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Step(blocks);
        Assert.Equal(2, node.Calls.Count);
        Assert.Equal([late, kept], blocks.History.Recent.Select(static found => found.Id));
        Assert.All(blocks.History.Recent, static found => Assert.Equal(SubmitOutcome.Accepted, found.Outcome));

        Step(blocks.Keeper); // the disk comes back: what it wrote late is filed with what was answered meanwhile
        Assert.Equal(
            new[] { $"000001000-{kept}.accepted", $"000001000-{late}.accepted" }.Order(StringComparer.Ordinal),
            Kept().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_node_is_asked_four_times_in_a_round_and_again_in_the_next()
    {
        ScriptedLink node = ScriptedLink.Answering("node", static _ => "17");
        BlockSubmitter blocks = Submitter(node);
        Find(blocks, 1);
        Step(blocks.Keeper);
        foreach (double seconds in (double[])[0.2, 1, 3])
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), Step(blocks));
            _time.Advance(seconds);
        }
        Assert.Equal(Timeout.InfiniteTimeSpan, Step(blocks));
        Assert.Equal((SubmitOutcome.Unreachable, 4), (blocks.History.Recent[0].Outcome, node.Calls.Count));
        blocks.OnNodeReturned();
        Step(blocks.Keeper);
        Step(blocks);
        Assert.Equal(5, node.Calls.Count);
    }

    [Fact]
    public void A_block_that_is_refused_is_reverted_under_the_id_that_it_was_booked_by()
    {
        ScriptedLink node = ScriptedLink.Answering("node", static _ => "\"bad-txnmrklroot\"");
        using Ledger ledger = OpenLedger("ledger");
        BlockSubmitter blocks = Submitter(ledger, node);
        Hash256 id = Find(blocks, 1);
        Assert.Equal((id, BlockStatus.Pending), ledger.Blocks(10).Select(static block => (block.Hash, block.Status)).Single());
        Step(blocks.Keeper);
        Step(blocks);
        Assert.Equal(
            (id, BlockStatus.Orphaned, "bad-txnmrklroot"),
            ledger.Blocks(10).Select(static block => (block.Hash, block.Status, block.Reason)).Single());
    }

    [Fact]
    public async Task The_block_is_on_disk_with_its_booking_before_a_node_hears_of_it()
    {
        string[] atSubmission = [];
        await using FakeNode node = Node(_ =>
        {
            atSubmission = Kept().Select(static path => path[^6..]).ToArray();
            return "null";
        });
        using Ledger ledger = OpenLedger("ledger");
        int account = ledger.InternAccount("miner", [1, 2, 3], "rig");
        ledger.TryAppend([new ShareRecord { AccountId = account, Work = 1_000, TimeMs = 1, Height = 432, Algorithm = Algorithm.Sha256d }]);
        await using JobSource source = Start(node.Endpoint, ledger);
        Hash256 id = await FindAsync(source, account);
        await _time.UntilAsync(() => OutcomeOf(source, id) is not null, s_step, TimeSpan.FromMinutes(10));
        Assert.Equal([".block"], atSubmission);
        Assert.Equal(id, Assert.Single(ledger.Blocks(10)).Hash);

        // The ledger's commit was lost with the machine: another ledger, in which another miner has the number by now.
        using Ledger after = OpenLedger("after");
        Assert.Equal(account, after.InternAccount("somebody else", [9], ""));
        await using JobSource again = new(Options(node.Endpoint), Jobs(after), _directory.Path, TestWorld.Make(_time), after);
        Assert.Equal(1, again.Blocks.BookKept());
        Assert.Equal(0, again.Blocks.BookKept());
        Assert.Equal(
            ledger.Payees(10).OrderBy(static p => p.Address).Select(static p => $"{p.Address} {p.Money}"),
            after.Payees(10).Where(static p => p.Address != "somebody else").OrderBy(static p => p.Address).Select(static p => $"{p.Address} {p.Money}"));
        BlockInfo booked = Assert.Single(after.Blocks(10));
        Assert.Equal((id, 432, "miner", "rig"), (booked.Hash, booked.Height, booked.FinderAddress, booked.FinderWorker));
        Assert.Equal(432, after.HighestBlock);
    }

    [Fact]
    public async Task A_block_that_the_disk_refuses_is_sent_again_from_memory_and_kept_when_the_disk_can()
    {
        int asked = 0;
        bool full = true;
        await using FakeNode node = Node(_ =>
        {
            asked++;
            return full ? "ERROR{\"code\":-20,\"message\":\"disk full\"}" : "null";
        });
        await File.WriteAllTextAsync(Folder, "in the way, so that nothing can be written below");
        await using JobSource source = Start(node.Endpoint);
        Hash256 id = await FindAsync(source);
        await _time.UntilAsync(() => asked > 4, s_step, TimeSpan.FromMinutes(10));
        Assert.Equal(SubmitOutcome.Unreachable, OutcomeOf(source, id));
        File.Delete(Folder);
        await _time.UntilAsync(() => Kept() is [var name] && name == $"000000432-{id}.block", s_step, TimeSpan.FromMinutes(10));
        full = false;
        await _time.UntilAsync(() => OutcomeOf(source, id) == SubmitOutcome.Accepted, s_step, TimeSpan.FromMinutes(10));
        await UntilKeptAsync($"000000432-{id}.accepted");
    }

    [Fact]
    public async Task A_file_that_a_slow_disk_finished_after_the_answer_is_put_with_what_was_answered()
    {
        int asked = 0;
        await using FakeNode node = Node(_ =>
        {
            asked++;
            return "null";
        });
        await using JobSource source = Start(node.Endpoint);
        Hash256 id = await FindAsync(source);
        string name = Path.Combine(Folder, $"000000432-{id}");
        await _time.UntilAsync(() => File.Exists($"{name}.accepted"), s_step, TimeSpan.FromMinutes(10));
        File.Copy($"{name}.accepted", $"{name}.block");
        await _time.UntilAsync(() => !File.Exists($"{name}.block"), s_step, TimeSpan.FromMinutes(10));
        await UntilKeptAsync($"000000432-{id}.accepted");
        Assert.Equal(1, asked);
    }

    [Fact]
    public void A_block_is_kept_with_the_longest_work_id_a_node_may_give()
    {
        BlockRecord record = new()
        {
            TimeMs = 1,
            Height = 432,
            Finder = 0,
            BlockHash = Hash256.Zero,
            JobId = 1,
            Algorithm = Algorithm.Sha256d,
            Scheme = PayoutScheme.Pplns,
            Reward = Amount.Zero,
            NetworkWork = 1,
            Entries = [],
        };
        AssembledBlock block = new(Hash256.Zero, 432, "00"u8.ToArray().Concat(Enumerable.Repeat((byte)'0', 160)).ToArray(), default) { WorkId = new string('w', 512) };
        Assert.True(new FoundBlockFolder(new DiskFiles(), Folder, NullLogger.Instance).TryKeep(block, new BlockBooking(record, [])));
        Assert.Equal(block.WorkId, Assert.Single(Read()).Block.WorkId);
    }

    [Fact]
    public async Task A_changed_byte_on_disk_is_noticed_and_costs_no_more_than_it_must()
    {
        await using FakeNode node = Node(static _ => "ERROR{\"code\":-20,\"message\":\"disk full\"}");
        using Ledger ledger = OpenLedger("ledger");
        await using (JobSource source = Start(node.Endpoint, ledger))
        {
            await FindAsync(source);
            await _time.UntilAsync(() => Kept().Any(static name => name.EndsWith(".block", StringComparison.Ordinal)), s_step, TimeSpan.FromMinutes(10));
        }
        string path = Assert.Single(Directory.GetFiles(Folder, "*.block"));
        byte[] whole = await File.ReadAllBytesAsync(path);
        int[] lines = [.. whole.Index().Where(static each => each.Item == '\n').Select(static each => each.Index)];
        Assert.Equal((1, 1), (Read().Count, Read().Count(static kept => kept.Booking is not null)));

        whole[200] ^= 1; // in the block
        await File.WriteAllBytesAsync(path, whole);
        Assert.Empty(Read());

        whole[200] ^= 1;
        whole[lines[1] + 50] ^= 1; // in the booking: the block itself is good
        await File.WriteAllBytesAsync(path, whole);
        KeptBlock kept = Assert.Single(Read());
        Assert.Null(kept.Booking);

        await File.WriteAllBytesAsync(path, whole[..lines[0]]); // a file of the first version
        Assert.Equal(kept.Block.Id, Assert.Single(Read()).Block.Id);
    }

    private string Folder => Path.Combine(_directory.Path, "blocks-found");

    /// <summary>Filing is the disk's step, which comes after the answer.</summary>
    private Task UntilKeptAsync(string name) => Patience.UntilAsync(() => Kept() is [var only] && only == name, name);

    private string[] Kept() => Directory.Exists(Folder) ? [.. Directory.GetFiles(Folder).Select(static path => Path.GetFileName(path))] : [];

    private List<KeptBlock> Read() => [.. new FoundBlockFolder(new DiskFiles(), Folder, NullLogger.Instance).ReadAll()];

    private static SubmitOutcome? OutcomeOf(JobSource source, Hash256 id) => source.Blocks.History.Recent.FirstOrDefault(found => found.Id == id)?.Outcome;

    private static FakeNode Node(Func<FakeCall, string> submitted) => FakeNode.Answering(call => Task.FromResult<string?>(call.Method switch
    {
        "submitblock" => submitted(call),
        "getblocktemplate" when call.Body.Contains("proposal") => "null",
        "getblocktemplate" => TemplateReaderTests.Json("longpollid"),
        _ => "null",
    }));

    private static NodeClientGroupOptions Options(params RpcEndpoint[] nodes) => new()
    {
        Nodes = [.. nodes.Select(static node => (NodeEndpoint)node)],
        Algorithm = Algorithm.Sha256d,
        PollTemplateEvery = TimeSpan.FromHours(10),
        PollEvery = TimeSpan.FromHours(1),
    };

    private static JobBookOptions Jobs(Ledger? ledger) => new()
    {
        Splits = ledger is null ? new Tests.Jobs.TestSplits() : ledger,
        ShareTarget = Target.Max,
    };

    private BlockSubmitter Submitter(params ScriptedLink[] nodes) => Submitter(book: null, nodes);

    private BlockSubmitter Submitter(IBlockBook? book, params ScriptedLink[] nodes) =>
        new(nodes, "submitblock", _directory.Path, book, TestWorld.Make(_time), NullLogger.Instance);

    private static Hash256 Find(BlockSubmitter blocks, byte tip) =>
        blocks.Submit(Job(tip), Header(tip), new Candidate { Extranonce = new Extranonce(new byte[12]) }, default)
        ?? throw new InvalidOperationException("taken for a rival");

    /// <summary>One round on this thread.</summary>
    private static TimeSpan Step(IStep part)
    {
        ValueTask<TimeSpan> step = part.StepAsync(default);
        Assert.True(step.IsCompletedSuccessfully);
        return step.Result;
    }

    private JobSource Start(RpcEndpoint node, Ledger? ledger = null)
    {
        JobSource source = new(Options(node), Jobs(ledger), _directory.Path, TestWorld.Make(_time), ledger);
        source.Start();
        return source;
    }

    private static async Task<Hash256> FindAsync(JobSource source, int account = 0)
    {
        PoolJob job = await source.FirstJobAsync(Patience.Limit, default).WaitAsync(Patience.Limit);
        return source.Blocks.Submit(job, Header(1), new Candidate { Extranonce = new Extranonce(new byte[12]), AccountId = account }, default)
            ?? throw new InvalidOperationException("taken for a rival");
    }

    private static byte[] Header(byte nonce) => [.. new byte[79], nonce];

    private static PoolJob Job(byte tip)
    {
        Template template = Tests.Jobs.JobSamples.Template(tip: tip);
        PayoutSplit split = Tests.Jobs.JobSamples.Split(template, 1);
        return new PoolJob { Job = JobBuilder.Build(Tests.Jobs.JobSamples.Request(template, tip)), Template = template, Split = split };
    }

    private Ledger OpenLedger(string name) => Ledger.Open(
        new LedgerOptions { Directory = Path.Combine(_directory.Path, name), OperatorScript = new byte[] { 0xaa }, OperatorAddress = "op" },
        TimeProvider.System, NullLogger.Instance);
}
