using System.Diagnostics;
using CsCheck;
using Otedama.Core;
using Xunit;
using static Otedama.Tests.Jobs.JobSamples;

namespace Otedama.Tests.Jobs;

public class JobBuilderTests
{
    private const string Coinbase1 = "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff3d030f730d000469c19a6704830cee220c";
    private const string Coinbase2 = "0a41706f6c6c6f192f6d696e65642062792032353620466f756e646174696f6e2fffffffff0275aac01200000000160014c64b1b9283ba1ea86bb9e7b696b0c8f68dad04000000000000000000266a24aa21a9edb395560ab72068c2afb1d7e6c7db26b813482089d2c4d2471b9036c5e826140600000000";
    private const string Branches =
        "4282357ab0a2f4e8e562c8c5eae1d63b559068f9072374b72e26b88ac841908fc2bbae90d06f8025ade3516ca2e42d79318b6e56fccb9609df85a654a8341068"
        + "cbb30084acbcb5ce6d5436e853bc612466df0c00702be6f51d47072f1a5d0480bb092e533f70b79246fc9e4bdc9b81ac8332e56f2651e3b237a150d6d807b081"
        + "0d32959988733447cb340326a1fe4d3c2cff5d636e32a4e08c3fc5a234f6f6bc8ba3477940924a90067cff3dd30bc46916cf4c2f73fb6229b8f8197b83b6ddb9"
        + "3fe97cc5dec1cddd66c9d3780888c145c12418590cd983c4871b1bf03fabbf9ebd1c6a3bcd0ebaa0eca54d9c802540f312c7705435601d776b4f59bb52cff67d"
        + "8638c10190b8f4f558bafdbb57f46226c349a83f229f431143ae75e425fb5cbd6d6f4eae41cccb21a7c97ac496d9f89b8a4f772389b76f7691519dda38264221"
        + "82dad7a1e2613af0e61f77f03d6208c83e72f917dade4235cc35e37ee3ad6e3f";

    private const string Header = "0060592ee3c96a8a70ca15fe215e99f84ab64c43e1b5d2c43b540100000000000000000076f63a35f1b8b5016d3eb0cce2eebbdf58bf8fbea4e870c8f770346bdfcf622d69c19a678a9a021702fb05ff";

    [Fact]
    public void A_version_bit_that_is_set_already_does_not_roll()
    {
        Job job = JobBuilder.Build(Request(Template() with { Version = 0x2000_4000, VersionRequired = 0x0000_8000 }));
        Assert.Equal(0x1fff_e000u & ~0x4000u & ~0x8000u, job.Recipe.Rolling.Mask);
    }

    [Fact]
    public void Block_881423_coinbase_is_rebuilt_byte_for_byte_from_its_parts()
    {
        CoinbaseText text = CoinbaseText.Write(
            version: 1,
            [.. Coinbase.HeightPush(881_423), .. Hex.Decode("000469c19a6704830cee220c")],
            extranonceLength: 12,
            Hex.Decode("0a41706f6c6c6f192f6d696e65642062792032353620466f756e646174696f6e2f"),
            sequence: 0xffffffff,
            [
                new PayoutOutput(Hex.Decode("0014c64b1b9283ba1ea86bb9e7b696b0c8f68dad0400").AsMemory(0, 22), new Amount(0x12c0aa75)),
                new PayoutOutput(Commitment, Amount.Zero),
            ],
            lockTime: 0);
        Assert.Equal(Coinbase1, Hex.Encode(text.Prefix.Span));
        Assert.Equal(Coinbase2, Hex.Encode(text.Suffix.Span));
    }

    /// <summary>What a verifier of a share chain rebuilds: the example of its coinbase, byte for byte.</summary>
    [Fact]
    public void A_coinbase_of_a_fixed_form_is_the_same_whoever_writes_it_and_ends_with_its_commitment()
    {
        PayoutSplit split = new()
        {
            Reward = new Amount(312_500_000),
            Outputs =
            [
                Output("063c2f00912df6c7dbf2df79723162584293aaa1", 156_250_000), Output("182e60e9f0a3a19a6cfd7fc6eabc5b9c06933241", 78_125_000),
                Output("5114d14e4f374f62d2d27d28455bd06922897ad1", 39_062_500), Output("c800f00fe861b3b5190aafb1c7b8e151d5503718", 39_062_500),
            ],
            Commitment = Hex.Decode("6a244f544d3127ba4908cbc345c8edc96bdfed4ee7c9807cf8b90b55c05ad63454afe0772ba4"),
            Parent = Hash256.Zero,
            ChainTarget = Target.FromCompact(0x207fffff),
            Form = new CoinbaseForm("/otdm1/"u8.ToArray()),
        };
        Template template = Template(height: 150, value: 312_500_000) with
        {
            WitnessCommitment = Hex.Decode("6a24aa21a9ed939df4a72606636c5f6a000fff6325ab1ff06e0e68480894e72e0377a05802a7"),
            CoinbaseAux = new byte[] { 1, 2, 3 },
        };
        foreach (uint id in new uint[] { 7, 8 })
        {
            Job job = JobBuilder.Build(Request(template, id) with { Split = split });
            BitcoinRecipe recipe = (BitcoinRecipe)job.Recipe;
            Assert.Equal(
                "02000000010000000000000000000000000000000000000000000000000000000000000000ffffffff180296000c",
                Hex.Encode(recipe.CoinbasePrefix.Span));
            Assert.Equal(
                "072f6f74646d312ffeffffff06902f500900000000160014063c2f00912df6c7dbf2df79723162584293aaa1c817a80400000000160014182e60e9f0a3a19a"
                + "6cfd7fc6eabc5b9c06933241e40b5402000000001600145114d14e4f374f62d2d27d28455bd06922897ad1e40b540200000000160014c800f00fe861b3b519"
                + "0aafb1c7b8e151d55037180000000000000000266a24aa21a9ed939df4a72606636c5f6a000fff6325ab1ff06e0e68480894e72e0377a05802a70000000000"
                + "000000266a244f544d3127ba4908cbc345c8edc96bdfed4ee7c9807cf8b90b55c05ad63454afe0772ba495000000",
                Hex.Encode(recipe.CoinbaseSuffix.Span));
            Assert.Equal(split.ChainTarget, job.ChainTarget);
        }

        static PayoutOutput Output(string program, long amount) => new(Hex.Decode("0014" + program), new Amount(amount));
    }

    [Fact]
    public void Where_miners_have_no_extranonce_a_fixed_form_keeps_its_place_for_the_counter()
    {
        PayoutSplit split = Split(new Amount(100), 1) with { Form = new CoinbaseForm("/x/"u8.ToArray()), Commitment = new byte[] { 0x6a } };
        Template template = Template(value: 100) with { Algorithm = Algorithm.KawPow, WitnessCommitment = default };
        KawPowBlockRecipe recipe = (KawPowBlockRecipe)JobBuilder.Build(Request(template, 0x01020304) with { Split = split }).Recipe;
        Transaction coinbase = Transaction.Parse(recipe.WholeCoinbase.Span);
        Assert.Equal("02e8030c000000000000000001020304032f782f", Hex.Encode(coinbase.Inputs[0].Script.Span));
        Assert.Equal("6a", Hex.Encode(coinbase.Outputs[^1].Script.Span));
        Template given = template with { GivenCoinbase = recipe.WholeCoinbase };
        Assert.Contains("fixed form", Refusal(Request(given) with { Split = split }), StringComparison.Ordinal);
    }

    [Fact]
    public void Block_881423_header_comes_out_of_recipe_and_candidate()
    {
        BitcoinRecipe recipe = new()
        {
            Version = 0x20000000,
            VersionMask = 0x1fffe000,
            PreviousHash = new Hash256(Hex.Decode(Header).AsSpan(4, 32)),
            CoinbasePrefix = Hex.Decode(Coinbase1),
            CoinbaseSuffix = Hex.Decode(Coinbase2),
            Branches = Hex.Decode(Branches),
            Bits = 0x17029a8a,
            Time = 0x679ac169,
        };
        byte[] header = new byte[80];
        byte[] extranonce = Hex.Decode("f1ad9a67b660000000000000");
        recipe.WriteHeader(extranonce, 0x2e596000, 0x679ac169, 0xff05fb02, header);
        Assert.Equal(Header, Hex.Encode(header));
        Assert.Equal("0000000000000000000269d52c24ea451225613aab095d90d771d4e29aa96cdd", Sha256d.Hash(header).ToString());
        Assert.True(Target.FromCompact(recipe.Bits).IsMetBy(Sha256d.Hash(header)));
    }

    [Theory]
    [InlineData(1, "51")]
    [InlineData(16, "60")]
    [InlineData(17, "0111")]
    [InlineData(127, "017f")]
    [InlineData(128, "028000")]
    [InlineData(32_768, "03008000")]
    [InlineData(881_423, "030f730d")]
    public void The_script_begins_with_the_height_and_the_transaction_keeps_the_rules(int height, string push)
    {
        Template template = Template(height) with { CoinbaseAux = Hex.Decode("aabb") };
        Transaction coinbase = Parse(JobBuilder.Build(Request(template)), new byte[12]);
        string script = Hex.Encode(coinbase.Inputs[0].Script.Span);
        Assert.StartsWith(push + "aabb" + "10" + "00000007", script, StringComparison.Ordinal);
        Assert.EndsWith("06" + Hex.Encode("/test/"u8), script, StringComparison.Ordinal);
        Assert.InRange(coinbase.Inputs[0].Script.Length, 2, 100);
        Assert.Equal(0xfffffffeu, coinbase.Inputs[0].Sequence);
        Assert.Equal((uint)height - 1, coinbase.LockTime);
        Assert.Equal(Commitment, coinbase.Outputs[^1].Script.ToArray());
        Assert.Equal(Amount.Zero, coinbase.Outputs[^1].Amount);
    }

    [Fact]
    public void Every_job_id_gives_another_coinbase_and_the_same_request_the_same()
    {
        Template template = Template();
        string[] coinbases = [.. Enumerable.Range(1, 300).Select(id =>
            Hex.Encode(((BitcoinRecipe)JobBuilder.Build(Request(template, (uint)id)).Recipe).CoinbasePrefix.Span))];
        Assert.Equal(300, coinbases.Distinct().Count());
        Assert.Equal(coinbases[4], Hex.Encode(((BitcoinRecipe)JobBuilder.Build(Request(template, 5)).Recipe).CoinbasePrefix.Span));
    }

    [Fact]
    public void Folding_the_branches_gives_the_root_of_the_whole_tree() =>
        Gen.Int[0, 70].Sample(
            count =>
            {
                Template template = Template(transactions: count);
                Job job = JobBuilder.Build(Request(template));
                Transaction coinbase = Parse(job, new byte[12]);
                byte[] header = new byte[80];
                ((BitcoinRecipe)job.Recipe).WriteHeader(new byte[12], 1, 2, 3, header);
                Hash256[] leaves = [coinbase.TxId, .. template.Transactions.Select(static t => t.TxId)];
                Assert.Equal(Merkle.Root(leaves), BlockHeader.Parse(header).MerkleRoot);
            },
            iter: 71);

    [Fact]
    public void Bits_the_node_needs_are_not_rolled()
    {
        Job job = JobBuilder.Build(Request(Template() with { VersionRequired = 0x00006000 }));
        Assert.Equal(0x1fff8000u, ((BitcoinRecipe)job.Recipe).VersionMask);
    }

    [Theory]
    [InlineData(CoinbaseClass.Tiny)]
    [InlineData(CoinbaseClass.NiceHash)]
    [InlineData(CoinbaseClass.Default)]
    [InlineData(CoinbaseClass.Braiins)]
    [InlineData(CoinbaseClass.Whatsminer)]
    [InlineData(CoinbaseClass.Epic)]
    public void Each_class_holds_its_promised_outputs_and_refuses_more_bytes(CoinbaseClass size)
    {
        Template template = Template(500_000_000) with { CoinbaseAux = new byte[24] };
        PayoutOutput longest = new(new byte[34], new Amount(1));
        JobRequest Sized(int count) => Request(template) with
        {
            Class = size,
            Tag = new byte[40],
            Split = new PayoutSplit { Reward = new Amount(count), Outputs = [.. Enumerable.Repeat(longest, count)] },
        };
        Assert.True(size.OutputsMax() >= 4);
        BitcoinRecipe recipe = (BitcoinRecipe)JobBuilder.Build(Sized(size.OutputsMax())).Recipe;
        Assert.InRange(recipe.CoinbasePrefix.Length + 12 + recipe.CoinbaseSuffix.Length, 1, (int)size);
        ArgumentException e = Assert.Throws<ArgumentException>(() => JobBuilder.Build(Sized(size.OutputsMax() + 5)));
        Assert.Contains($"{(int)size}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_a_block_is_refused()
    {
        Template template = Template(value: 100);
        Assert.Contains("allows", Refusal(Request(template) with { Split = Split(new Amount(101), 1) }), StringComparison.Ordinal);
        Assert.Contains("none", Refusal(Request(template) with { Split = Split(Amount.Zero, 0) }), StringComparison.Ordinal);
        Assert.Contains("script", Refusal(Request(template) with { Tag = new byte[90] }), StringComparison.Ordinal);
        Assert.Contains("height", Refusal(Request(template with { Height = 0 })), StringComparison.Ordinal);
    }

    [Fact]
    public void The_assembled_block_parses_back_with_witness_and_suffix()
    {
        Template template = Template(transactions: 0) with { BlockSuffix = Hex.Decode("01beef") };
        Job job = JobBuilder.Build(Request(template));
        byte[] header = new byte[80];
        ((BitcoinRecipe)job.Recipe).WriteHeader(new byte[12], 1, 2, 3, header);
        AssembledBlock block = BlockAssembler.Assemble(job, new PreparedTemplate(template), header, new byte[12]);
        string head = System.Text.Encoding.ASCII.GetString(block.HeadHex.Span);
        Block parsed = Block.Parse(Hex.Decode(head));
        Assert.True(parsed.Transactions[0].HasWitness);
        Assert.Equal(Parse(job, new byte[12]).TxId, parsed.Transactions[0].TxId);
        Assert.Equal(parsed.Header.Id, block.Id);
        Assert.Equal("01beef", System.Text.Encoding.ASCII.GetString(block.TailHex.Span));

        AssembledBlock plain = BlockAssembler.Assemble(
            JobBuilder.Build(Request(template with { WitnessCommitment = default })), new PreparedTemplate(template with { WitnessCommitment = default }), header, new byte[12]);
        Assert.False(Block.Parse(Hex.Decode(System.Text.Encoding.ASCII.GetString(plain.HeadHex.Span))).Transactions[0].HasWitness);
    }

    [Fact]
    public void Transactions_are_turned_into_text_once_and_not_for_every_block()
    {
        Template template = Template() with
        {
            Transactions = [.. Enumerable.Range(0, 4000).Select(static i => new TemplateTransaction(Id((byte)(i % 251)), new byte[400], Amount.Zero, 1600))],
        };
        PreparedTemplate prepared = new(template);
        Job job = JobBuilder.Build(Request(template));
        Assert.Equal(2 * 400 * 4000, prepared.TailHex.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssembledBlock block = BlockAssembler.Assemble(job, prepared, new byte[80], new byte[12]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_384); // of a block of 3.2 MB of text
        Assert.True(block.TailHex.Equals(prepared.TailHex)); // the same memory
    }

    [Theory]
    [InlineData("NerdMinerV2/1.8", CoinbaseClass.Tiny)]
    [InlineData("NiceHash/1.0.0", CoinbaseClass.NiceHash)]
    [InlineData("cpuminer-opt-24.5", CoinbaseClass.Default)]
    [InlineData("", CoinbaseClass.Default)]
    [InlineData("bosminer-plus-tuner 0.9", CoinbaseClass.Braiins)]
    [InlineData("Antminer S21/Tue", CoinbaseClass.Braiins)]
    [InlineData("Antminer S19/Tue", CoinbaseClass.Default)]
    [InlineData("whatsminer/v1.0", CoinbaseClass.Whatsminer)]
    [InlineData("bitaxe/BM1370/v2.13.1", CoinbaseClass.Whatsminer)]
    [InlineData("bitaxe/BM1366/v2.4.1", CoinbaseClass.Default)]
    [InlineData("bitaxe/BM1366/vx", CoinbaseClass.Default)]
    [InlineData("PowerPlay-BM/1", CoinbaseClass.Epic)]
    public void The_user_agent_tells_the_class(string agent, CoinbaseClass expected) =>
        Assert.Equal(expected, CoinbaseClasses.FromUserAgent(agent));

    private static string Refusal(JobRequest request) => Assert.Throws<ArgumentException>(() => JobBuilder.Build(request)).Message;

    private static Transaction Parse(Job job, byte[] extranonce)
    {
        BitcoinRecipe recipe = (BitcoinRecipe)job.Recipe;
        return Transaction.Parse([.. recipe.CoinbasePrefix.Span, .. extranonce, .. recipe.CoinbaseSuffix.Span]);
    }
}
