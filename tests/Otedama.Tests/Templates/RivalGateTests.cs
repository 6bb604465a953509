using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Templates;

public sealed class RivalGateTests
{
    private static readonly Hash256 s_parent = new(Enumerable.Repeat((byte)7, 32).ToArray());

    private readonly RivalGate _gate = new();
    private readonly List<int> _sent = [];

    [Fact]
    public void After_one_block_is_accepted_its_rivals_stay_out_and_those_that_waited_are_forgotten()
    {
        Assert.True(Enter(1));
        Assert.False(Enter(2));
        Assert.Null(_gate.Leave(s_parent, accepted: true));
        Assert.False(Enter(3));
        Assert.Null(_gate.Leave(s_parent, accepted: false));
        Assert.Empty(_sent);
    }

    [Fact]
    public void A_refused_block_leaves_its_place_to_the_next_in_order_one_at_a_time()
    {
        Assert.True(Enter(1));
        Assert.All([2, 3], block => Assert.False(Enter(block)));
        _gate.Leave(s_parent, accepted: false)!();
        Assert.Equal([2], _sent);
        Assert.False(Enter(4)); // 2 is on its way, 3 waits before it
        _gate.Leave(s_parent, accepted: false)!();
        Assert.Equal([2, 3], _sent);
        Assert.Null(_gate.Leave(s_parent, accepted: true));
        Assert.False(Enter(5));
        Assert.Equal([2, 3], _sent);
    }

    [Fact]
    public void With_nothing_waiting_a_refusal_frees_the_place()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.True(Enter(i));
            Assert.Null(_gate.Leave(s_parent, accepted: false));
        }
    }

    [Fact]
    public void One_is_on_its_way_four_wait_and_other_parents_are_not_held_up()
    {
        Assert.Equal([0], Enumerable.Range(0, 10).Where(Enter));
        Assert.True(_gate.TryEnter(Hash256.Zero, 1, static () => { }));
        while (_gate.Leave(s_parent, accepted: false) is { } next)
        {
            next();
        }
        Assert.Equal([1, 2, 3, 4], _sent);
    }

    [Fact]
    public void A_parent_that_is_offered_again_later_starts_anew()
    {
        Assert.True(Enter(1));
        Assert.Null(_gate.Leave(s_parent, accepted: true));
        Assert.True(_gate.TryEnter(s_parent, 3, static () => { }));
        Assert.False(_gate.TryEnter(s_parent, 3, static () => { }));
    }

    private bool Enter(int block) => _gate.TryEnter(s_parent, 1, () => _sent.Add(block));
}
