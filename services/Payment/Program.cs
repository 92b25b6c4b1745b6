using Shop.Payment;
using Shop.ServiceDefaults;

return await ServiceHost.Run(() => PaymentService.Build(args));
