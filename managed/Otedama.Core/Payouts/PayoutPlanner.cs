namespace Otedama.Core;

/// <summary>
/// Work and debts -> the outputs of the next coinbase. Pure. The pool pays in the coinbase only and has no wallet: what
/// is too small or does not fit goes to the operator's output now and is owed; later coinbases pay it out of the
/// operator's part. For every split Earned and Paid each sum to the reward, so all balances together are always zero.
/// </summary>
public static class PayoutPlanner
{
    /// <summary>Number of the operator in PayoutEntry.</summary>
    public const int Operator = 0;

    /// <param name="payees">
    /// In ascending order of their numbers, each once; who has neither work nor a balance may be left out.
    /// </param>
    /// <param name="outputsMax">Coinbase outputs, the operator's included; at least 1.</param>
    /// <param name="toFinder">
    /// When nobody has work (SOLO with a coinbase shared by all, or the first block of a pool) the reward after fee is
    /// booked to the finder; otherwise it is the operator's.
    /// </param>
    public static PayoutSplit Plan(
        Amount reward, PayoutRules rules, IReadOnlyList<PayeeWork> payees, int outputsMax, bool toFinder = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(reward.Units, 0, nameof(reward));
        Amount fee = rules.Fee.Of(reward);
        Amount[] earned = Earned(reward - fee, payees);
        Amount toPayees = Sum(earned);
        Amount toFinderAmount = toFinder && toPayees == Amount.Zero ? reward - fee : Amount.Zero;
        List<int> chosen = Choose(payees, earned, rules.PayoutMin, outputsMax - 1);
        Amount[] paid = Pay(reward, payees, earned, chosen, Min(rules.PayoutMin, rules.OutputMin));

        Amount operatorEarned = reward - toPayees - toFinderAmount;
        Amount operatorPaid = reward - Sum(paid);
        return new PayoutSplit
        {
            Reward = reward,
            Outputs = Outputs(rules.OperatorScript, operatorPaid, payees, paid, chosen),
            Entries = Entries(operatorEarned, operatorPaid, payees, earned, paid),
            FinderEarned = toFinderAmount,
        };
    }

    /// <summary>
    /// The split of a coinbase that cannot be changed: everybody earns what the rules say and is paid what the outputs with
    /// his script say; what goes to scripts of nobody else is the operator's.
    /// </summary>
    public static PayoutSplit PlanGiven(
        IReadOnlyList<PayoutOutput> outputs, PayoutRules rules, IReadOnlyList<PayeeWork> payees, bool toFinder = false)
    {
        Amount reward = Sum([.. outputs.Select(static output => output.Amount)]);
        Amount fee = rules.Fee.Of(reward);
        Amount[] earned = Earned(reward - fee, payees);
        Amount toPayees = Sum(earned);
        Amount[] paid = new Amount[payees.Count];
        for (int i = 0; i < paid.Length; i++)
        {
            bool isOperator = payees[i].Payee == Operator || payees[i].Script.Span.SequenceEqual(rules.OperatorScript.Span);
            paid[i] = isOperator ? Amount.Zero : Sum(
                [.. outputs.Where(output => output.Script.Span.SequenceEqual(payees[i].Script.Span)).Select(static output => output.Amount)]);
        }
        Amount toFinderAmount = toFinder && toPayees == Amount.Zero ? reward - fee : Amount.Zero;
        return new PayoutSplit
        {
            Reward = reward,
            Outputs = outputs,
            Entries = Entries(reward - toPayees - toFinderAmount, reward - Sum(paid), payees, earned, paid),
            FinderEarned = toFinderAmount,
        };
    }

    /// <summary>What the ledger books when `finder` (a payee) found a block with this split.</summary>
    public static IReadOnlyList<PayoutEntry> EntriesFor(PayoutSplit split, int finder)
    {
        if (split.FinderEarned == Amount.Zero)
        {
            return split.Entries;
        }
        List<PayoutEntry> entries = new(split.Entries);
        int at = entries.FindIndex(entry => entry.Payee == finder);
        if (at < 0)
        {
            entries.Add(new PayoutEntry(finder, split.FinderEarned, Amount.Zero));
        }
        else
        {
            entries[at] = entries[at] with { Earned = entries[at].Earned + split.FinderEarned };
        }
        return entries;
    }

    private static Amount[] Earned(Amount reward, IReadOnlyList<PayeeWork> payees)
    {
        UInt128[] work = new UInt128[payees.Count];
        for (int i = 0; i < work.Length; i++)
        {
            work[i] = payees[i].Work;
        }
        Amount[] earned = new Amount[work.Length];
        PayoutMath.SplitByWork(work, reward, earned);
        return earned;
    }

    /// <summary>Who reaches the minimum, largest first, as many as there is room for. Ties go to the older payee.</summary>
    private static List<int> Choose(IReadOnlyList<PayeeWork> payees, Amount[] earned, Amount payoutMin, int room)
    {
        List<int> chosen = new();
        for (int i = 0; i < earned.Length; i++)
        {
            Amount due = earned[i] + payees[i].Owed;
            if (due >= payoutMin && due > Amount.Zero && payees[i].Payee != Operator)
            {
                chosen.Add(i);
            }
        }
        chosen.Sort((left, right) =>
        {
            int byDue = (earned[right] + payees[right].Owed).CompareTo(earned[left] + payees[left].Owed);
            return byDue != 0 ? byDue : payees[left].Payee.CompareTo(payees[right].Payee);
        });
        if (chosen.Count > room)
        {
            chosen.RemoveRange(room, chosen.Count - room);
        }
        return chosen;
    }

    /// <summary>
    /// First everybody chosen gets what this block earned him. What is left is the operator's part; debts are paid from
    /// it in the order of choice, as far as it goes. Nothing smaller than outputMin is paid.
    /// </summary>
    private static Amount[] Pay(
        Amount reward, IReadOnlyList<PayeeWork> payees, Amount[] earned, List<int> chosen, Amount outputMin)
    {
        Amount[] paid = new Amount[earned.Length];
        Amount left = reward;
        foreach (int i in chosen)
        {
            Amount now = Min(earned[i], earned[i] + payees[i].Owed);
            if (now >= outputMin)
            {
                paid[i] = now;
                left -= now;
            }
        }
        foreach (int i in chosen)
        {
            Amount more = Min(earned[i] + payees[i].Owed - paid[i], left);
            if (paid[i] + more >= outputMin)
            {
                paid[i] += more;
                left -= more;
            }
        }
        return paid;
    }

    private static List<PayoutOutput> Outputs(
        ReadOnlyMemory<byte> operatorScript,
        Amount operatorPaid,
        IReadOnlyList<PayeeWork> payees,
        Amount[] paid,
        List<int> chosen)
    {
        List<PayoutOutput> outputs = new(chosen.Count + 1);
        Amount toOperator = operatorPaid;
        foreach (int i in chosen)
        {
            if (payees[i].Script.Span.SequenceEqual(operatorScript.Span))
            {
                toOperator += paid[i]; // the operator mines too: one output for both
            }
            else if (paid[i] > Amount.Zero)
            {
                outputs.Add(new PayoutOutput(payees[i].Script, paid[i]));
            }
        }
        if (toOperator > Amount.Zero || outputs.Count == 0)
        {
            outputs.Add(new PayoutOutput(operatorScript, toOperator));
        }
        return outputs;
    }

    private static List<PayoutEntry> Entries(
        Amount operatorEarned, Amount operatorPaid, IReadOnlyList<PayeeWork> payees, Amount[] earned, Amount[] paid)
    {
        List<PayoutEntry> entries = new(payees.Count + 1) { new(Operator, operatorEarned, operatorPaid) };
        for (int i = 0; i < earned.Length; i++)
        {
            if (payees[i].Payee == Operator)
            {
                entries[0] = entries[0] with { Earned = entries[0].Earned + earned[i] };
            }
            else if (earned[i] != Amount.Zero || paid[i] != Amount.Zero)
            {
                entries.Add(new PayoutEntry(payees[i].Payee, earned[i], paid[i]));
            }
        }
        return entries;
    }

    private static Amount Sum(Amount[] amounts)
    {
        Amount sum = Amount.Zero;
        foreach (Amount amount in amounts)
        {
            sum += amount;
        }
        return sum;
    }

    private static Amount Min(Amount left, Amount right) => left < right ? left : right;
}
