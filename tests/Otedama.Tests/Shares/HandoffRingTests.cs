using System.Diagnostics;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Shares;

public sealed class HandoffRingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1 << 25)]
    public void Refuses_a_capacity_that_is_no_power_of_two_in_range(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HandoffRing<long>(capacity));

    [Fact]
    public void Full_is_an_answer_and_room_returns_after_a_dequeue()
    {
        HandoffRing<long> ring = new(4);
        for (int i = 0; i < 4; i++)
        {
            Assert.True(ring.TryEnqueue(i));
        }
        Assert.False(ring.TryEnqueue(4));
        Assert.Equal(4, ring.Count);
        long[] taken = new long[2];
        Assert.Equal(2, ring.Dequeue(taken));
        Assert.Equal([0, 1], taken);
        Assert.True(ring.TryEnqueue(4));
        Assert.True(ring.TryEnqueue(5));
        Assert.False(ring.TryEnqueue(6));
        long[] rest = new long[8];
        Assert.Equal(4, ring.Dequeue(rest));
        Assert.Equal([2, 3, 4, 5], rest[..4]);
        Assert.Equal(0, ring.Dequeue(rest));
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(64, 8)]
    [InlineData(4_096, 3)]
    public void Many_producers_lose_and_double_nothing_and_keep_their_order(int capacity, int producers)
    {
        const int Each = 60_000;
        HandoffRing<(int Producer, int Number)> ring = new(capacity);
        Thread[] threads = [.. Enumerable.Range(0, producers).Select(producer => new Thread(() => Produce(ring, producer, Each)))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }
        int[] next = new int[producers];
        (int Producer, int Number)[] taken = new (int Producer, int Number)[100];
        long total = 0;
        long idleSince = Stopwatch.GetTimestamp();
        while (total < (long)producers * Each)
        {
            int count = ring.Wait(TimeSpan.FromSeconds(1)) ? ring.Dequeue(taken) : 0;
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(next[taken[i].Producer]++, taken[i].Number);
            }
            total += count;
            idleSince = count > 0 ? Stopwatch.GetTimestamp() : idleSince;
            Assert.True(Stopwatch.GetElapsedTime(idleSince) < Patience.Limit, "the consumer was not woken");
        }
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
        Assert.Equal(0, ring.Dequeue(taken));
        Assert.All(next, number => Assert.Equal(Each, number));
    }

    [Fact]
    public void A_parked_consumer_is_woken_by_an_item_and_by_Wake()
    {
        HandoffRing<int> ring = new(4);
        bool got = false;
        Thread consumer = new(() => got = ring.Wait(Patience.Limit));
        consumer.Start();
        Patience.Until(() => consumer.ThreadState == System.Threading.ThreadState.WaitSleepJoin, "the consumer to park");
        Assert.True(ring.TryEnqueue(1));
        Assert.True(consumer.Join(Patience.Limit));
        Assert.True(got);

        ring.Dequeue(new int[1]);
        consumer = new Thread(() => got = ring.Wait(Patience.Limit));
        consumer.Start();
        Patience.Until(() => consumer.ThreadState == System.Threading.ThreadState.WaitSleepJoin, "the consumer to park");
        ring.Wake();
        Assert.True(consumer.Join(Patience.Limit));
        Assert.False(got);
    }

    [Fact]
    public void Does_not_keep_what_was_taken_out_alive()
    {
        HandoffRing<Candidate> ring = new(2);
        WeakReference proof = Pass(ring);
        GC.Collect();
        Assert.False(proof.IsAlive);
        GC.KeepAlive(ring);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Pass(HandoffRing<Candidate> ring)
    {
        byte[] proof = new byte[10];
        ring.TryEnqueue(new Candidate { Proof = proof });
        ring.Dequeue(new Candidate[1]);
        return new WeakReference(proof);
    }

    private static void Produce(HandoffRing<(int, int)> ring, int producer, int count)
    {
        for (int number = 0; number < count; number++)
        {
            while (!ring.TryEnqueue((producer, number)))
            {
                Thread.Yield();
            }
        }
    }
}
