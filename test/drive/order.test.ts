import { checkModel, conforms } from 'reconverge/vitest';
import model from '../../models/order-fulfilment.ts';
import { orderDriver } from './order/driver.ts';

checkModel(model, { set: { crashes: '0' } });
conforms(model, orderDriver(null), { set: { crashes: '0' } });
